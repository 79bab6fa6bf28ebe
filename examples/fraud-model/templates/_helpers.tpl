{{/*
The chart's name.
*/}}
{{- define "fraud-model.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Release and chart name, cut to the 63 characters that a DNS label may have.
*/}}
{{- define "fraud-model.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/*
Chart name and version, as a label may hold them.
*/}}
{{- define "fraud-model.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
The labels of every object.
*/}}
{{- define "fraud-model.labels" -}}
helm.sh/chart: {{ include "fraud-model.chart" . }}
{{ include "fraud-model.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/*
The labels that deployment and service select pods by.
*/}}
{{- define "fraud-model.selectorLabels" -}}
app.kubernetes.io/name: {{ include "fraud-model.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/*
The service account that pods run as.
*/}}
{{- define "fraud-model.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "fraud-model.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "helm-exporter.name" -}}
{{- if contains "helm-exporter" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-helm-exporter" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "helm-exporter.selector" -}}
app.kubernetes.io/name: helm-exporter
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "helm-exporter.labels" -}}
{{ include "helm-exporter.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* What reads the records, and no more. */}}
{{- define "helm-exporter.records" -}}
- apiGroups: [""]
  resources: [{{ if eq .Values.driver "configmap" }}configmaps{{ else }}secrets{{ end }}]
  verbs: [get, list, watch]
{{- end }}

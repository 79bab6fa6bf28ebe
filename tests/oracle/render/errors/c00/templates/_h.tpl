{{- define "inner" -}}
x: {{ .Values.nope.deep }}
{{- end -}}
{{- define "outer" -}}
{{ include "inner" . }}
{{- end -}}

{{/* Labels of an object: (list root component) */}}
{{- define "labels" -}}
{{ include "selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
app.kubernetes.io/part-of: agent-telemetry
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end }}

{{/* What its pods are chosen by: (list root component) */}}
{{- define "selector" -}}
app.kubernetes.io/name: agent-telemetry
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* Name and labels: (list root component), or (list root component name) */}}
{{- define "metadata" -}}
name: {{ if eq (len .) 3 }}{{ index . 2 }}{{ else }}telemetry-{{ index . 1 }}{{ end }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "labels" . | nindent 2 }}
{{- end }}

{{/* An image, and when it is pulled: (list root name) */}}
{{- define "image" -}}
{{- $root := index . 0 }}
{{- $name := index . 1 }}
{{- $image := index $root.Values.images $name }}
{{- $own := and $root.Values.images.registry (has $name (list "collector" "query" "agents")) }}
{{- $repository := ternary (printf "%s/%s" $root.Values.images.registry $image.repository) $image.repository (not (empty $own)) }}
{{- if $image.digest }}
image: {{ printf "%s@%s" $repository $image.digest }}
{{- else }}
image: {{ printf "%s:%s" $repository ($image.tag | default $root.Chart.AppVersion) }}
{{- end }}
imagePullPolicy: {{ $root.Values.images.pullPolicy }}
{{- end }}

{{- define "address.kafka" -}}
{{- if eq .Values.kafka.mode "single" -}}
telemetry-kafka.{{ .Release.Namespace }}.svc:9092
{{- else -}}
{{ .Values.kafka.bootstrapServers }}
{{- end }}
{{- end }}

{{- define "secret.clickhouse" -}}
{{ .Values.clickhouse.existingSecret | default "telemetry-clickhouse" }}
{{- end }}

{{- define "secret.query" -}}
{{ .Values.query.existingSecret | default "telemetry-api-keys" }}
{{- end }}

{{/* An account without a home has one that it can write to. */}}
{{- define "env.home" -}}
- {name: HOME, value: /tmp}
{{- end }}

{{/* Where Kafka is, and how to log in there. */}}
{{- define "env.kafka" -}}
- {name: KAFKA_BOOTSTRAP_SERVERS, value: {{ include "address.kafka" . | quote }}}
{{- with .Values.kafka.security }}
{{- if ne .protocol "PLAINTEXT" }}
- {name: KAFKA_SECURITY_PROTOCOL, value: {{ .protocol }}}
{{- end }}
{{- with .mechanism }}
- {name: KAFKA_SASL_MECHANISM, value: {{ . }}}
{{- end }}
{{- with .existingSecret }}
- {name: KAFKA_SASL_USERNAME, valueFrom: {secretKeyRef: {name: {{ . }}, key: username}}}
- {name: KAFKA_SASL_PASSWORD, valueFrom: {secretKeyRef: {name: {{ . }}, key: password}}}
{{- end }}
{{- if .caSecret }}
- {name: KAFKA_SSL_CAFILE, value: /etc/agent-telemetry/kafka/ca.crt}
{{- end }}
{{- with .awsRegion }}
- {name: AWS_REGION, value: {{ . }}}
- {name: AWS_DEFAULT_REGION, value: {{ . }}}
{{- end }}
{{- end }}
{{- end }}

{{/* Where ClickHouse is, with name and password. */}}
{{- define "env.clickhouse" -}}
{{- $secret := include "secret.clickhouse" . }}
{{- if eq .Values.clickhouse.mode "external" }}
- {name: CLICKHOUSE_URL, valueFrom: {secretKeyRef: {name: {{ $secret }}, key: url}}}
{{- else }}
- {name: CLICKHOUSE_PASSWORD, valueFrom: {secretKeyRef: {name: {{ $secret }}, key: password}}}
- {name: CLICKHOUSE_URL, value: "http://default:$(CLICKHOUSE_PASSWORD)@telemetry-clickhouse.{{ .Release.Namespace }}.svc:8123"}
{{- end }}
- {name: CLICKHOUSE_DATABASE, value: {{ .Values.clickhouse.database }}}
{{- if eq .Values.clickhouse.mode "cluster" }}
- {name: CLICKHOUSE_CLUSTER, value: {{ .Values.clickhouse.cluster.name }}}
{{- end }}
{{- end }}

{{/* The user for ad hoc SQL. */}}
{{- define "env.reader" -}}
{{- $secret := include "secret.clickhouse" . }}
{{- if eq .Values.clickhouse.mode "external" }}
- {name: CLICKHOUSE_READER_URL, valueFrom: {secretKeyRef: {name: {{ $secret }}, key: reader-url}}}
{{- else }}
- {name: CLICKHOUSE_READER_PASSWORD, valueFrom: {secretKeyRef: {name: {{ $secret }}, key: reader-password}}}
- {name: CLICKHOUSE_READER_URL, value: "http://reader:$(CLICKHOUSE_READER_PASSWORD)@telemetry-clickhouse.{{ .Release.Namespace }}.svc:8123"}
{{- end }}
{{- end }}

{{- define "env.retention" -}}
{{- with .Values.retention }}
- {name: RETENTION_DAYS, value: {{ .days | quote }}}
- {name: RETENTION_DAYS_METRICS, value: {{ .metrics | quote }}}
- {name: RETENTION_DAYS_DEAD_LETTERS, value: {{ .deadLetters | quote }}}
- {name: RETENTION_DAYS_OBSERVED, value: {{ .observed | quote }}}
- {name: RETENTION_DAYS_FINDINGS, value: {{ .findings | quote }}}
{{- end }}
{{- end }}

{{/* Where OTLP is sent. */}}
{{- define "env.otlp" -}}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://telemetry-gateway.{{ .Release.Namespace }}.svc:4318"}
- {name: OTEL_EXPORTER_OTLP_PROTOCOL, value: http/protobuf}
{{- end }}

{{/* Further settings, a map. */}}
{{- define "env.more" -}}
{{- range $name, $value := . }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

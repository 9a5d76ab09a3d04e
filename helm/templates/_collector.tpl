{{/* A Deployment's pods of one role of the Collector: (list root role) */}}
{{- define "collector.pods" -}}
{{- $root := index . 0 }}
{{- $role := index . 1 }}
{{- $own := index $root.Values $role }}
metadata:
  labels:
    {{- include "labels" . | nindent 4 }}
  annotations:
    checksum/kafka: {{ include "collector.kafka" . | sha256sum }}
spec:
  {{- include "pod" (list $root $role "telemetry" 10001) | nindent 2 }}
  # What was taken is finished: an answer to an agent, an insert.
  terminationGracePeriodSeconds: 60
  {{- include "spread" . | nindent 2 }}
  {{- if eq $role "ingester" }}
  initContainers:
    {{- include "wait" (list $root "schema") | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ $role }}
      {{- include "image" (list $root "collector") | nindent 6 }}
      args:
        - --config=/etc/agent-telemetry/{{ $role }}.yaml
        - --config=/etc/agent-telemetry/cluster/kafka.yaml
      env:
        - {name: COLLECTOR_LISTEN, value: 0.0.0.0}
        - {name: GOGC, value: "100"}
        - {name: GOMEMLIMIT, value: 420MiB}
        {{- include "env.kafka" $root | nindent 8 }}
        {{- if eq $role "ingester" }}
        {{- include "env.clickhouse" $root | nindent 8 }}
        {{- end }}
      ports:
        {{- if eq $role "gateway" }}
        - {name: otlp-grpc, containerPort: 4317}
        - {name: otlp-http, containerPort: 4318}
        {{- end }}
        - {name: health, containerPort: 13133}
      # Up when its pipelines have started: Kafka and ClickHouse may be away, it waits for them.
      startupProbe:
        httpGet: {path: /, port: health}
        periodSeconds: 2
        failureThreshold: 60
      readinessProbe:
        httpGet: {path: /, port: health}
      livenessProbe:
        httpGet: {path: /, port: health}
        timeoutSeconds: 5
        failureThreshold: 6
      resources:
        {{- toYaml $own.resources | nindent 8 }}
      volumeMounts:
        {{- include "mounts" $root | nindent 8 }}
        - {name: kafka, mountPath: /etc/agent-telemetry/cluster, readOnly: true}
      {{- include "locked" $root | nindent 6 }}
  volumes:
    {{- include "volumes" $root | nindent 4 }}
    - name: kafka
      configMap: {name: telemetry-{{ $role }}}
{{- end }}

{{/* What the Collector's own configuration leaves to a cluster: brokers, TLS, login. (list root role) */}}
{{- define "collector.kafka" -}}
{{- $client := include "collector.client" (index . 0) | fromYaml }}
{{- if eq (index . 1) "gateway" }}
{{- dict "exporters" (dict "kafka" $client) | toYaml }}
{{- else }}
{{- $receivers := dict }}
{{- range list "queues" "json" "traces" "logs" "metrics" }}
{{- $_ := set $receivers (printf "kafka_records/%s" .) $client }}
{{- end }}
{{- dict "receivers" $receivers | toYaml }}
{{- end }}
{{- end }}

{{- define "collector.client" -}}
brokers: {{ include "address.kafka" . | splitList "," | toJson }}
{{- with .Values.kafka.security }}
{{- if has .protocol (list "SSL" "SASL_SSL") }}
tls: {insecure: false{{ if .caSecret }}, ca_file: /etc/agent-telemetry/kafka/ca.crt{{ end }}}
{{- end }}
{{- if eq .mechanism "AWS_MSK_IAM" }}
auth: {sasl: {mechanism: AWS_MSK_IAM_OAUTHBEARER, aws_msk: {region: {{ .awsRegion | quote }}}}}
{{- else if .mechanism }}
auth: {sasl: {mechanism: {{ .mechanism }}, username: "${env:KAFKA_SASL_USERNAME}", password: "${env:KAFKA_SASL_PASSWORD}"}}
{{- end }}
{{- end }}
{{- end }}

{{/* What every pod has: (list root component account user) */}}
{{- define "pod" -}}
{{- $root := index . 0 }}
serviceAccountName: {{ index . 2 }}
automountServiceAccountToken: {{ eq (index . 2) "telemetry-observer" }}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ index . 3 }}
  runAsGroup: {{ index . 3 }}
  fsGroup: {{ index . 3 }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with $root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Pods of one part on several nodes and zones, as far as there are any: (list root component) */}}
{{- define "spread" -}}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "selector" $ | nindent 8 }}
  {{- end }}
{{- end }}

{{/* What every container may do: nothing. */}}
{{- define "locked" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* The place that can be written to, and the authority of Kafka's certificates. */}}
{{- define "mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .Values.kafka.security.caSecret }}
- {name: kafka-ca, mountPath: /etc/agent-telemetry/kafka, readOnly: true}
{{- end }}
{{- end }}

{{- define "volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 1Gi}
{{- with .Values.kafka.security.caSecret }}
- name: kafka-ca
  secret: {secretName: {{ . }}, items: [{key: ca.crt, path: ca.crt}]}
{{- end }}
{{- end }}

{{/* A container that ends when what is named is there: (list root "clickhouse|kafka|schema" resources) */}}
{{- define "wait" -}}
{{- $root := index . 0 }}
- name: wait-for-{{ index . 1 }}
  {{- include "image" (list $root "query") | nindent 2 }}
  command: [agent-telemetry, wait, {{ index . 1 }}]
  env:
    {{- include "env.home" $root | nindent 4 }}
    {{- if eq (index . 1) "kafka" }}
    {{- include "env.kafka" $root | nindent 4 }}
    {{- else }}
    {{- include "env.clickhouse" $root | nindent 4 }}
    {{- end }}
  resources:
    requests: {cpu: 25m, memory: 96Mi}
    limits: {memory: 256Mi}
  volumeMounts:
    {{- include "mounts" $root | nindent 4 }}
  {{- include "locked" $root | nindent 2 }}
{{- end }}

{{/* A claim for a volume named data: (list root component storage) */}}
{{- define "claim" -}}
persistentVolumeClaimRetentionPolicy:
  whenDeleted: {{ (index . 2).whenDeleted }}
  whenScaled: Retain
volumeClaimTemplates:
  - metadata:
      name: data
      labels:
        {{- include "selector" . | nindent 8 }}
    spec:
      accessModes: [ReadWriteOnce]
      {{- with (index . 2).className }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests: {storage: {{ (index . 2).size }}}
{{- end }}

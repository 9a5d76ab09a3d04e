{{/* A HorizontalPodAutoscaler by CPU: (list root component autoscaling) */}}
{{- define "hpa" -}}
{{- $scaling := index . 2 }}
{{- if $scaling.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "metadata" (list (index . 0) (index . 1)) | nindent 2 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: telemetry-{{ index . 1 }}}
  minReplicas: {{ $scaling.min }}
  maxReplicas: {{ $scaling.max }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $scaling.cpu }}}
{{- end }}
{{- end }}

{{/* A PodDisruptionBudget: one pod of a part may go at a time. (list root component) */}}
{{- define "pdb" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  # A pod that does not come up must not keep its node from being drained.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "selector" . | nindent 6 }}
{{- end }}

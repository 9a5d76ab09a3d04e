{{/*
The arrows of the design (README, "The way of the data"), as far as they run between the parts of this
chart: from, to, ports. `agents` are the sample agents, `test` is the pod of `helm test`.
*/}}
{{- define "arrows" -}}
- {from: gateway, to: kafka, ports: [9092]}
- {from: ingester, to: kafka, ports: [9092]}
- {from: ingester, to: clickhouse, ports: [8123]}
- {from: api, to: clickhouse, ports: [8123]}
- {from: api, to: kafka, ports: [9092]}  # health, redrive, inject
- {from: api, to: gateway, ports: [4318, 13133]}  # its own spans, health
- {from: observer, to: kafka, ports: [9092]}
- {from: observer, to: gateway, ports: [4318]}
- {from: observer, to: clickhouse, ports: [8123]}
- {from: observer, to: ollama, ports: [11434]}
- {from: migrate, to: clickhouse, ports: [8123]}
- {from: topics, to: kafka, ports: [9092]}
- {from: agents, to: gateway, ports: [4317, 4318]}
- {from: agents, to: kafka, ports: [9092]}
- {from: agents, to: ollama, ports: [11434]}
- {from: test, to: gateway, ports: [4318]}
- {from: test, to: kafka, ports: [9092]}
- {from: test, to: api, ports: [8080]}
{{- if eq .Values.clickhouse.mode "cluster" }}
- {from: clickhouse, to: clickhouse, ports: [9000, 9009]}
- {from: clickhouse, to: keeper, ports: [9181]}
- {from: keeper, to: keeper, ports: [9234]}
{{- end }}
{{- end }}

{{/* The parts that run in this cluster by this chart. */}}
{{- define "parts" -}}
- gateway
- ingester
- api
- observer
- migrate
- agents
- test
{{- if .Values.kafka.topics.enabled }}
- topics
{{- end }}
{{- if eq .Values.kafka.mode "single" }}
- kafka
{{- end }}
{{- if ne .Values.clickhouse.mode "external" }}
- clickhouse
{{- end }}
{{- if eq .Values.clickhouse.mode "cluster" }}
- keeper
{{- end }}
{{- if .Values.ollama.enabled }}
- ollama
{{- end }}
{{- end }}

{{/* Arrows that begin or end outside of the chart: part, direction, ports, peers (none: anybody). */}}
{{- define "arrows.outside" -}}
{{- $here := list (dict "podSelector" dict) }}
{{- $found := list
  (dict "part" "gateway" "direction" "ingress" "ports" (list 4317 4318) "peers" (concat $here .Values.networkPolicy.agents))
  (dict "part" "api" "direction" "ingress" "ports" (list 8080) "peers" .Values.networkPolicy.clients)
  (dict "part" "observer" "direction" "egress" "ports" (list 443 6443) "peers" list) }}
{{- if eq .Values.kafka.mode "single" }}
{{- $found = append $found (dict "part" "kafka" "direction" "ingress" "ports" (list 9092) "peers" (concat $here .Values.networkPolicy.agents)) }}
{{- else }}
{{- $ports := list }}
{{- range splitList "," .Values.kafka.bootstrapServers }}
{{- $ports = append $ports (splitList ":" . | last | int) }}
{{- end }}
{{- if eq .Values.kafka.security.mechanism "AWS_MSK_IAM" }}
{{- $ports = append $ports 443 }}
{{- end }}
{{- range list "gateway" "ingester" "api" "observer" "topics" "agents" "test" }}
{{- $found = append $found (dict "part" . "direction" "egress" "ports" (uniq $ports) "peers" (ternary list $.Values.networkPolicy.kafka (has 443 $ports))) }}
{{- end }}
{{- end }}
{{- if eq .Values.clickhouse.mode "external" }}
{{- range list "ingester" "api" "observer" "migrate" }}
{{- $found = append $found (dict "part" . "direction" "egress" "ports" (list $.Values.clickhouse.port) "peers" $.Values.networkPolicy.clickhouse) }}
{{- end }}
{{- end }}
{{- if .Values.clickhouse.backups }}
{{- $found = append $found (dict "part" "clickhouse" "direction" "egress" "ports" (list 443) "peers" list) }}
{{- end }}
{{- with .Values.observer }}
{{- if .metrics.enabled }}
{{- $found = append $found (dict "part" "observer" "direction" "ingress" "ports" (list 9464) "peers" $.Values.networkPolicy.prometheus) }}
{{- end }}
{{- with .litellm.url }}
{{- $port := regexFind ":[0-9]+" (trimPrefix "://" (regexFind "://.*" .)) | trimPrefix ":" | default (ternary "443" "80" (hasPrefix "https" .)) }}
{{- $found = append $found (dict "part" "observer" "direction" "egress" "ports" (list (int $port)) "peers" list) }}
{{- end }}
{{- end }}
{{- dict "found" $found | toYaml }}
{{- end }}

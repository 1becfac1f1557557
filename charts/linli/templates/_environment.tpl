{{/* A value of a setting as text: whole numbers stay whole. */}}
{{- define "linli.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- else -}}
{{ . }}
{{- end -}}
{{- end -}}

{{/* Settings as variables. Argument: a map of `section.key`. */}}
{{- define "linli.settings" -}}
{{- range $key, $value := . }}
- name: LINLI_{{ $key | replace "." "__" | upper }}
  value: {{ include "linli.text" $value | quote }}
{{- end }}
{{- end -}}

{{/* What every process of ours is told. Argument: root, config (settings of its own). */}}
{{- define "linli.environment" -}}
{{- $config := include "linli.over" (dict "base" .root.Values.config "over" .config) | fromJson -}}
- {name: LINLI_DATA, value: /data}
- {name: LINLI_LISTEN, value: "0.0.0.0:8080"}
- {name: LINLI_HTTP__STOP_TIMEOUT_S, value: {{ .root.Values.lifecycle.stopTimeoutSeconds | quote }}}
{{- with .root.Values.gateway.trustedProxies }}
- {name: LINLI_HTTP__TRUSTED_PROXIES, value: {{ toJson . | quote }}}
{{- end }}
{{- with .root.Values.monitoring.otlp }}
{{- if .endpoint }}
- {name: LINLI_TELEMETRY__OTLP_ENDPOINT, value: {{ .endpoint | quote }}}
- {name: LINLI_TELEMETRY__SAMPLE_RATIO, value: {{ .sampleRatio | quote }}}
{{- end }}
{{- end }}
{{- include "linli.settings" $config }}
{{- end -}}

{{/* A variable from a Secret. Argument: name, secret, key. */}}
{{- define "linli.secret" }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: {name: {{ .secret }}, key: {{ .key }}}
{{- end -}}

{{/* Settings that are secret. Argument: a map of variables to a Secret's name and key. */}}
{{- define "linli.secrets" -}}
{{- range $name, $from := . }}
{{- include "linli.secret" (dict "name" $name "secret" $from.name "key" $from.key) }}
{{- end }}
{{- end -}}

{{/* Where the engines are. A name that is used in an address comes before it. */}}
{{- define "linli.engines" -}}
{{- include "linli.databaseAddress" . }}
{{- include "linli.brokerAddress" . }}
{{- end -}}

{{/* Where the database is. */}}
{{- define "linli.databaseAddress" -}}
{{- $name := include "linli.fullname" . -}}
{{- with .Values.database }}
{{- if eq .kind "external" }}
{{- include "linli.secret" (dict "name" "LINLI_DATABASE__URL" "secret" .external.secretName "key" .external.key) }}
{{- else if eq .kind "bundled" }}
{{- include "linli.secret" (dict "name" "DATABASE_PASSWORD" "secret" .bundled.secretName "key" .bundled.passwordKey) }}
- name: LINLI_DATABASE__URL
  value: postgres://linli:$(DATABASE_PASSWORD)@{{ $name }}-postgres:5432/linli
{{- else }}
{{- include "linli.secret" (dict "name" "DATABASE_PASSWORD" "secret" (printf "%s-app" (include "linli.cluster" $)) "key" "password") }}
- name: LINLI_DATABASE__URL
  value: postgres://linli:$(DATABASE_PASSWORD)@{{ include "linli.cluster" $ }}-rw:5432/linli?sslmode=verify-full&sslrootcert=/etc/linli/database-ca/ca.crt
{{- end }}
{{- end }}
{{- end -}}

{{/* Where the broker is, and who has no queue there. */}}
{{- define "linli.brokerAddress" -}}
{{- $name := include "linli.fullname" . -}}
{{- with .Values.broker }}
{{- if eq .kind "external" }}
{{- include "linli.secret" (dict "name" "LINLI_BUS__URL" "secret" .external.secretName "key" .external.key) }}
{{- else if eq .kind "bundled" }}
{{- include "linli.secret" (dict "name" "BROKER_PASSWORD" "secret" .bundled.secretName "key" .bundled.passwordKey) }}
- name: LINLI_BUS__URL
  value: amqp://linli:$(BROKER_PASSWORD)@{{ $name }}-rabbitmq:5672/%2f
{{- else }}
{{- $secret := printf "%s-rabbitmq-default-user" $name }}
{{- include "linli.secret" (dict "name" "BROKER_USERNAME" "secret" $secret "key" "username") }}
{{- include "linli.secret" (dict "name" "BROKER_PASSWORD" "secret" $secret "key" "password") }}
- name: LINLI_BUS__URL
  value: {{ ternary "amqps" "amqp" (ne .operator.tlsSecret "") }}://$(BROKER_USERNAME):$(BROKER_PASSWORD)@{{ $name }}-rabbitmq:{{ ternary 5671 5672 (ne .operator.tlsSecret "") }}/%2f
{{- end }}
{{- end }}
{{- if include "linli.brokerCa" . }}
- {name: LINLI_BUS__AMQP__CA_FILE, value: /etc/linli/broker-ca/ca.crt}
{{- end }}
{{- $absent := list }}
{{- range $service, $own := .Values.services }}{{ if not $own.enabled }}{{ $absent = append $absent $service }}{{ end }}{{ end }}
{{- with $absent }}
# nothing is kept for whom nobody runs: their queues would grow for ever
- {name: LINLI_BUS__AMQP__WITHOUT, value: {{ toJson . | quote }}}
{{- end }}
{{- end -}}

{{/* Secret with the certificate of the database's CA, if any. */}}
{{- define "linli.databaseCa" -}}
{{- with .Values.database -}}
{{- if eq .kind "external" }}{{ .external.caSecret }}{{ else if eq .kind "cloudnativepg" }}{{ include "linli.cluster" $ }}-ca{{ end -}}
{{- end -}}
{{- end -}}

{{/* Secret with the certificate of the broker's CA, if any. */}}
{{- define "linli.brokerCa" -}}
{{- with .Values.broker -}}
{{- if eq .kind "external" }}{{ .external.caSecret }}{{ else if eq .kind "operator" }}{{ .operator.tlsSecret }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Mounts of the CAs. */}}
{{- define "linli.caMounts" -}}
{{- if include "linli.databaseCa" . }}
- {name: database-ca, mountPath: /etc/linli/database-ca, readOnly: true}
{{- end }}
{{- include "linli.brokerCaMount" . }}
{{- end -}}

{{/* Mount of the broker's CA. */}}
{{- define "linli.brokerCaMount" -}}
{{- if include "linli.brokerCa" . }}
- {name: broker-ca, mountPath: /etc/linli/broker-ca, readOnly: true}
{{- end }}
{{- end -}}

{{/* Volumes of the CAs: the certificates only, never a key that lies beside them. */}}
{{- define "linli.caVolumes" -}}
{{- with include "linli.databaseCa" . }}
- name: database-ca
  secret:
    secretName: {{ . }}
    items: [{key: ca.crt, path: ca.crt}]
{{- end }}
{{- include "linli.brokerCaVolume" . }}
{{- end -}}

{{/* Volume of the broker's CA. */}}
{{- define "linli.brokerCaVolume" -}}
{{- with include "linli.brokerCa" . }}
- name: broker-ca
  secret:
    secretName: {{ . }}
    items: [{key: ca.crt, path: ca.crt}]
{{- end }}
{{- end -}}

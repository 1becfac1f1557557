{{/* Peers: pods of this release. Argument: root, components. */}}
{{- define "linli.peers" -}}
- podSelector:
    matchLabels:
      app.kubernetes.io/name: linli
      app.kubernetes.io/instance: {{ .root.Release.Name }}
    matchExpressions:
      - {key: app.kubernetes.io/component, operator: In, values: {{ toJson .components }}}
{{- end -}}

{{/* Rules that let processes reach their engines. */}}
{{- define "linli.toEngines" -}}
{{- include "linli.toDatabase" . }}
{{- include "linli.toBroker" . }}
{{- end -}}

{{/* Rule that lets a process reach the database. */}}
{{- define "linli.toDatabase" -}}
{{- with .Values.database }}
- ports: [{protocol: TCP, port: {{ ternary .external.port 5432 (eq .kind "external") }}}]
  {{- if eq .kind "bundled" }}
  to:
    {{- include "linli.peers" (dict "root" $ "components" (list "postgres")) | nindent 4 }}
  {{- else if eq .kind "cloudnativepg" }}
  to:
    - podSelector: {matchLabels: {cnpg.io/cluster: {{ include "linli.cluster" $ }}}}
  {{- else }}
  {{- with $.Values.networkPolicy.engines }}
  to: {{ toJson . }}
  {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Rule that lets a process reach the broker. */}}
{{- define "linli.toBroker" -}}
{{- $name := include "linli.fullname" . -}}
{{- with .Values.broker }}
- ports: [{protocol: TCP, port: {{ ternary .external.port (ternary 5671 5672 (and (eq .kind "operator") (ne .operator.tlsSecret ""))) (eq .kind "external") }}}]
  {{- if eq .kind "bundled" }}
  to:
    {{- include "linli.peers" (dict "root" $ "components" (list "rabbitmq")) | nindent 4 }}
  {{- else if eq .kind "operator" }}
  to:
    - podSelector: {matchLabels: {app.kubernetes.io/name: {{ $name }}-rabbitmq}}
  {{- else }}
  {{- with $.Values.networkPolicy.engines }}
  to: {{ toJson . }}
  {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Rules about who may come to a process that serves. Argument: root, callers. */}}
{{- define "linli.fromOutside" -}}
{{- $policy := .root.Values.networkPolicy -}}
- ports: [{protocol: TCP, port: 8080}]
  {{- if or $policy.gateway .root.Values.gateway.proxy.enabled }}
  from:
    {{- with $policy.gateway }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- include "linli.peers" (dict "root" .root "components" .callers) | nindent 4 }}
  {{- end }}
{{- with $policy.monitoring }}
- ports: [{protocol: TCP, port: 8080}]
  from:
    {{- toYaml . | nindent 4 }}
{{- end }}
{{- end -}}

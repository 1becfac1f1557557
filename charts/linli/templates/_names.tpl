{{/* First part of every name. */}}
{{- define "linli.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride -}}
{{- end -}}

{{/* Labels that never change: what selectors use. Argument: root, component. */}}
{{- define "linli.selector" -}}
app.kubernetes.io/name: linli
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Labels of an object. Argument: root, component. */}}
{{- define "linli.labels" -}}
{{ include "linli.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: linli
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/*
Name and labels of an object. Argument: root, component, name where it differs from the component, and whole where it does
not begin with the release's.
*/}}
{{- define "linli.metadata" -}}
name: {{ default (printf "%s-%s" (include "linli.fullname" .root) (default .component .name)) .whole }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "linli.labels" . | nindent 2 }}
{{- end -}}

{{/* Name of the Cluster of CloudNativePG: another one than the release's after a recovery. */}}
{{- define "linli.cluster" -}}
{{- default (printf "%s-postgres" (include "linli.fullname" .)) .Values.database.cloudnativepg.clusterName -}}
{{- end -}}

{{/* Reference of an image. Argument: root, program (a service, or `linli`). */}}
{{- define "linli.image" -}}
{{- $image := .root.Values.image -}}
{{- /* the image `linli` has no operator: kube is in that program alone */}}
{{- $name := ternary "linli" .program (and (eq $image.layout "one") (ne .program "operator")) -}}
{{- $path := printf "%s/%s" $image.repository $name -}}
{{- if $image.registry }}{{ $path = printf "%s/%s" $image.registry $path }}{{ end -}}
{{- $digest := index $image.digests $name -}}
{{- if $digest -}}
{{ $path }}@{{ $digest }}
{{- else -}}
{{ $path }}:{{ default .root.Chart.AppVersion $image.tag }}
{{- end -}}
{{- end -}}

{{/*
One map over another, as JSON. Not `mergeOverwrite`: there `false` and 0 give way to what is below them.
Argument: base, over.
*/}}
{{- define "linli.over" -}}
{{- $result := deepCopy .base -}}
{{- range $key, $value := .over -}}
{{- $below := get $result $key -}}
{{- if and (kindIs "map" $value) (kindIs "map" $below) -}}
{{- $value = include "linli.over" (dict "base" $below "over" $value) | fromJson -}}
{{- end -}}
{{- $result = set $result $key $value -}}
{{- end -}}
{{- $result | toJson -}}
{{- end -}}

{{/*
Whether the definition of districts is there and not this release's: made by kubectl, by a test, or by another release.
Helm takes over no object of somebody else's and would fail; there is one definition for the whole cluster, which serves
all. Nothing where no cluster is asked (helm template, Argo CD). Argument: root.
*/}}
{{- define "linli.foreignDefinition" -}}
{{- with lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "districts.linli.city" -}}
{{- $by := default dict .metadata.annotations -}}
{{- $labels := default dict .metadata.labels -}}
{{- if or (ne (get $labels "app.kubernetes.io/managed-by") $.Release.Service) (ne (get $by "meta.helm.sh/release-name") $.Release.Name) (ne (get $by "meta.helm.sh/release-namespace") $.Release.Namespace) -}}
yes
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Names of the services that run, as JSON: {"names": […]}. */}}
{{- define "linli.names" -}}
{{- $names := list -}}
{{- range $name, $own := .Values.services }}{{ if $own.enabled }}{{ $names = append $names $name }}{{ end }}{{ end -}}
{{- dict "names" $names | toJson -}}
{{- end -}}

{{/* Where identity publishes its keys. */}}
{{- define "linli.jwks" -}}
http://{{ include "linli.fullname" . }}-{{ ternary "identity" "all" (eq .Values.form "services") }}:8080/api/identity/.well-known/jwks.json
{{- end -}}

{{/* Address under which everything is served, for the demo. */}}
{{- define "linli.server" -}}
{{- if .Values.tests.server -}}
{{ .Values.tests.server }}
{{- else if eq .Values.form "single" -}}
http://{{ include "linli.fullname" . }}-all:8080
{{- else -}}
http://{{ include "linli.fullname" . }}-proxy:8080
{{- end -}}
{{- end -}}

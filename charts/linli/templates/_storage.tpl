{{/* Volume `data` of a pod. Argument: root, component, storage (none: what goes with the pod). */}}
{{- define "linli.data" -}}
{{- $storage := default (dict "kind" "emptyDir") .storage -}}
- name: data
{{- if eq $storage.kind "emptyDir" }}
  emptyDir: {sizeLimit: {{ default "64Mi" $storage.size }}}
{{- else }}
  persistentVolumeClaim:
    claimName: {{ default (printf "%s-%s" (include "linli.fullname" .root) .component) $storage.claimName }}
{{- end }}
{{- end -}}

{{/*
Name of a volume on a node, and of its folder there: volumes have no namespace, and two releases on one folder would be
two engines on the same files. Argument: root, component.
*/}}
{{- define "linli.volume" -}}
{{ printf "%s-%s-%s" .root.Release.Namespace (include "linli.fullname" .root) .component }}
{{- end -}}

{{/* Names of the volumes on the node that this release makes, as JSON: {"names": […]}. */}}
{{- define "linli.localVolumes" -}}
{{- $root := . -}}
{{- $storages := dict -}}
{{- if eq .Values.form "single" -}}
{{- $storages = dict "all" .Values.single.storage -}}
{{- else -}}
{{- range $name, $own := .Values.services }}{{ if and $own.enabled $own.storage }}{{ $storages = set $storages $name $own.storage }}{{ end }}{{ end -}}
{{- if eq .Values.database.kind "bundled" }}{{ $storages = set $storages "postgres" .Values.database.bundled.storage }}{{ end -}}
{{- if eq .Values.broker.kind "bundled" }}{{ $storages = set $storages "rabbitmq" .Values.broker.bundled.storage }}{{ end -}}
{{- end -}}
{{- $names := list -}}
{{- range $component, $storage := $storages -}}
{{- if and (eq $storage.kind "local") (not $storage.claimName) }}{{ $names = append $names (include "linli.volume" (dict "root" $root "component" $component)) }}{{ end -}}
{{- end -}}
{{- dict "names" $names | toJson -}}
{{- end -}}

{{/*
Claim of a volume, and with `kind: local` the volume itself: a folder of a node, for clusters that make no
volumes. Both outlive the release. Argument: root, component, storage.
*/}}
{{- define "linli.claim" -}}
{{- $root := .root -}}
{{- $storage := default (dict "kind" "emptyDir") .storage -}}
{{- if and (ne $storage.kind "emptyDir") (not $storage.claimName) }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  {{- include "linli.metadata" . | nindent 2 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  accessModes: {{ toJson $storage.accessModes }}
  resources:
    requests:
      storage: {{ $storage.size }}
{{- if eq $storage.kind "local" }}
{{- $volume := include "linli.volume" . }}
  storageClassName: ""
  volumeName: {{ $volume }}
---
apiVersion: v1
kind: PersistentVolume
metadata:
  name: {{ $volume }}
  labels:
    {{- include "linli.labels" . | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  capacity:
    storage: {{ $storage.size }}
  accessModes: {{ toJson $storage.accessModes }}
  persistentVolumeReclaimPolicy: Retain
  storageClassName: ""
  claimRef:
    namespace: {{ $root.Release.Namespace }}
    name: {{ include "linli.fullname" $root }}-{{ .component }}
  local:
    path: {{ $root.Values.storage.local.path }}/{{ $volume }}
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions:
            - {key: kubernetes.io/hostname, operator: In, values: [{{ $root.Values.storage.local.node | quote }}]}
{{- else }}
  {{- with $root.Values.storage.className }}
  storageClassName: {{ . }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

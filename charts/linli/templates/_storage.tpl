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
{{- $volume := printf "%s-%s-%s" $root.Release.Namespace (include "linli.fullname" $root) .component }}
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
    path: {{ $root.Values.storage.local.path }}/{{ .component }}
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

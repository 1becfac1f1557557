{{/*
A Job that runs a command of `linli` on the databases. Argument: root, component, args, hook, weight, resources,
env (more variables, as text), storage (none: nothing is kept), volume (whose that is), of (a component on whose node
it must run, if any) and sealing (whether it opens what identity sealed).
*/}}
{{- define "linli.job" -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "linli.metadata" . | nindent 2 }}
  annotations:
    helm.sh/hook: {{ .hook }}
    helm.sh/hook-weight: {{ .weight | quote }}
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 6
  activeDeadlineSeconds: {{ .root.Values.migrate.deadlineSeconds }}
  template:
    {{- include "linli.command" . | nindent 4 }}
{{- end -}}

{{/* The pod of such a Job. Argument: as above, without hook and weight, with config (settings of its own). */}}
{{- define "linli.command" -}}
{{- $engines := eq .root.Values.form "services" -}}
metadata:
  labels:
    {{- include "linli.labels" . | nindent 4 }}
spec:
  restartPolicy: Never
  {{- include "linli.pod" (dict "root" .root "own" .root.Values.defaults) | nindent 2 }}
  {{- if and .storage .of }}
  {{- include "linli.beside" . | nindent 2 }}
  {{- end }}
  containers:
    - name: linli
      {{- include "linli.container" (dict "root" .root "program" "linli") | nindent 6 }}
      args: {{ toJson .args }}
      env:
        {{- include "linli.environment" (dict "root" .root "config" (default dict .config)) | nindent 8 }}
        {{- if $engines }}
        {{- include "linli.engines" .root | trim | nindent 8 }}
        {{- end }}
        {{- with .env }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- if .sealing }}
        {{- with include "linli.sealingVariable" .root | trim }}{{ . | nindent 8 }}{{ end }}
        {{- end }}
      resources:
        {{- toYaml .resources | nindent 8 }}
      volumeMounts:
        - {name: data, mountPath: /data}
        {{- if .sealing }}
        {{- with include "linli.sealingMount" .root | trim }}{{ . | nindent 8 }}{{ end }}
        {{- end }}
        {{- if $engines }}
        {{- with include "linli.caMounts" .root | trim }}{{ . | nindent 8 }}{{ end }}
        {{- end }}
  volumes:
    {{- include "linli.data" (dict "root" .root "component" .volume "storage" .storage) | nindent 4 }}
    {{- if .sealing }}
    {{- with include "linli.sealingVolume" .root | trim }}{{ . | nindent 4 }}{{ end }}
    {{- end }}
    {{- if $engines }}
    {{- with include "linli.caVolumes" .root | trim }}{{ . | nindent 4 }}{{ end }}
    {{- end }}
{{- end -}}

{{/*
When the Job that migrates runs, as Helm and Argo CD (PreSync) name it; nothing where there is none. Hooks come before
every other object: an engine or a Secret that this very release makes is not there before the first installation, nor
before the upgrade that repairs one which failed, and with Argo CD never. Then the services migrate as they start.
*/}}
{{- define "linli.migrateHook" -}}
{{- if and (eq .Values.form "services") .Values.migrate.enabled -}}
{{- if and (eq .Values.database.kind "external") (eq .Values.broker.kind "external") (not .Values.externalSecrets.enabled) -}}
pre-install,pre-upgrade
{{- else if eq .Values.migrate.hook "always" -}}
pre-upgrade
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Seconds that a process of ours may take to start: where no Job has migrated before it, it does so itself. */}}
{{- define "linli.startSeconds" -}}
{{- if include "linli.migrateHook" . }}300{{ else }}{{ max 300 .Values.migrate.deadlineSeconds }}{{ end -}}
{{- end -}}

{{/* Runs a pod on the node of the one whose volume it shares. Argument: root, of. */}}
{{- define "linli.beside" -}}
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "linli.selector" (dict "root" .root "component" .of) | nindent 12 }}
{{- end -}}

{{/* The part of a pod's specification that all of ours share. Argument: root, own (fields of a service), component. */}}
{{- define "linli.pod" -}}
automountServiceAccountToken: false
# variables of other Services in the namespace would begin with LINLI_, too
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  # else the kubelet would open identity's key to the group at each start, and identity refuse it
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .own.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* What every container of ours may not do. */}}
{{- define "linli.confined" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{/* Image of a program of ours. Argument: root, program. */}}
{{- define "linli.container" -}}
image: {{ include "linli.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
{{ include "linli.confined" . }}
{{- end -}}

{{/* Probes and lifecycle of a process that serves. Argument: root, start (seconds that it may take to start). */}}
{{- define "linli.serving" -}}
ports:
  - {name: http, containerPort: 8080, protocol: TCP}
# migrations run before anything is answered: a process that is ended within one begins it anew
startupProbe:
  httpGet: {path: /livez, port: http}
  periodSeconds: 2
  failureThreshold: {{ div (add (int .start) 1) 2 }}
livenessProbe:
  httpGet: {path: /livez, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
# asks the databases, for 2 s at most
readinessProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: 5
  timeoutSeconds: 4
  failureThreshold: 2
lifecycle:
  preStop:
    sleep: {seconds: {{ .root.Values.lifecycle.preStopSeconds }}}
{{- end -}}

{{/* Seconds from the stop signal to the end. */}}
{{- define "linli.grace" -}}
{{- $lifecycle := .Values.lifecycle -}}
{{- add $lifecycle.preStopSeconds $lifecycle.stopTimeoutSeconds $lifecycle.drainSeconds -}}
{{- end -}}

{{/* Spread over zones and nodes. Argument: root, component. */}}
{{- define "linli.spread" -}}
{{- $spread := .root.Values.spread -}}
{{- $keys := dict "topology.kubernetes.io/zone" $spread.zone "kubernetes.io/hostname" $spread.node -}}
{{- if or $spread.zone $spread.node }}
topologySpreadConstraints:
  {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  {{- with index $keys $key }}
  - maxSkew: 1
    topologyKey: {{ $key }}
    whenUnsatisfiable: {{ . }}
    # each version spreads by itself: else a rolling update ends lopsided
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "linli.selector" $ | nindent 8 }}
  {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* The same for the bundled engines: 999 is their user in the images of Docker's library. */}}
{{- define "linli.enginePod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 60
securityContext:
  runAsNonRoot: true
  runAsUser: 999
  runAsGroup: 999
  fsGroup: 999
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.defaults.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.defaults.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

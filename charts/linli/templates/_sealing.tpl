{{/* identity's sealing keys from a Secret, for whatever opens what it sealed; nothing where they are in its volume. */}}
{{- define "linli.sealingVariable" -}}
{{- if .Values.services.identity.sealingKeysSecret }}
- name: LINLI_IDENTITY__SEALING_KEYS
  value: /run/linli/sealing/sealing.keys
{{- end }}
{{- end -}}

{{- define "linli.sealingMount" -}}
{{- if .Values.services.identity.sealingKeysSecret }}
- {name: sealing, mountPath: /run/linli/sealing, readOnly: true}
{{- end }}
{{- end -}}

{{- define "linli.sealingVolume" -}}
{{- with .Values.services.identity.sealingKeysSecret }}
- name: sealing
  secret:
    secretName: {{ . }}
    # the group is the process's own; identity refuses a file that others may read
    defaultMode: 0440
    items: [{key: sealing.keys, path: sealing.keys}]
{{- end }}
{{- end -}}

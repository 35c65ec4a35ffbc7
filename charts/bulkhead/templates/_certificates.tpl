{{- /* Where the certificates of each mode are, and whom API servers trust by what Helm knows. */ -}}

{{- define "bulkhead.secretName" -}}
{{- if eq .Values.certificates.mode "secret" -}}
{{- required "certificates.secretName is needed where certificates.mode is secret" .Values.certificates.secretName -}}
{{- else if eq .Values.certificates.mode "selfManaged" -}}
{{- printf "%s-certificates" (include "bulkhead.fullname" .) -}}
{{- else -}}
{{- printf "%s-tls" (include "bulkhead.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- /* Whether Bulkhead keeps its certificates itself; only one that writes, and registers itself, can tell API servers of a new authority. */ -}}
{{- define "bulkhead.selfManaged" -}}
{{- if eq .Values.certificates.mode "selfManaged" -}}
{{- if eq (include "bulkhead.registeredBy" .) "Chart" -}}
{{- fail "certificates.mode is selfManaged, which needs webhooks.registeredBy Bulkhead: Helm cannot follow the authority; with registeredBy Chart take certManager or secret" -}}
{{- end -}}
{{- if not (dig "controllers" "enabled" true .Values.configuration) -}}
{{- fail "certificates.mode is selfManaged, but configuration.controllers.enabled is false, so nobody would make certificates; take certManager or secret" -}}
{{- end -}}
true
{{- end -}}
{{- end -}}

{{- /* What goes into clientConfig.caBundle; nothing where cert-manager injects it. */ -}}
{{- define "bulkhead.caBundle" -}}
{{- if eq .Values.certificates.mode "secret" -}}
{{- required "certificates.caBundle is needed where certificates.mode is secret" .Values.certificates.caBundle | b64enc -}}
{{- end -}}
{{- end -}}

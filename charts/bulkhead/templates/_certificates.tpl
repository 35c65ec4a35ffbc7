{{- /* Certificates of the mode "generated": one pair a render, kept from the cluster's Secret while it is fresh. */ -}}

{{- define "bulkhead.secretName" -}}
{{- if eq .Values.certificates.mode "secret" -}}
{{- required "certificates.secretName is needed where certificates.mode is secret" .Values.certificates.secretName -}}
{{- else -}}
{{- printf "%s-tls" (include "bulkhead.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- /*
The pair as a JSON object: tls.crt, tls.key, ca.crt (all base64) and notAfter. Made once a render and remembered, since three documents need the
same one. A stored pair stays until less than a third of its days is left. When it is replaced, the bundle keeps the authority before it, so the old
leaf is still trusted until the new one has reached every replica.
*/ -}}
{{- define "bulkhead.pair" -}}
{{- if not (hasKey .Values "renderedPair") -}}
{{- $name := include "bulkhead.secretName" . -}}
{{- $days := int .Values.certificates.days -}}
{{- $stored := lookup "v1" "Secret" .Release.Namespace $name -}}
{{- $data := dig "data" dict $stored -}}
{{- $notAfter := dig "metadata" "annotations" "bulkhead.dev/not-after" "" $stored -}}
{{- $seconds := 0 -}}
{{- if and $notAfter (hasKey $data "tls.crt") (hasKey $data "tls.key") (hasKey $data "ca.crt") -}}
{{- $seconds = sub (toDate "2006-01-02T15:04:05Z" $notAfter | unixEpoch | int64) (now | unixEpoch | int64) -}}
{{- end -}}
{{- if gt (int64 $seconds) (div (mul $days 86400) 3 | int64) -}}
{{- $_ := set .Values "renderedPair" (dict "tls.crt" (index $data "tls.crt") "tls.key" (index $data "tls.key") "ca.crt" (index $data "ca.crt") "notAfter" $notAfter) -}}
{{- else -}}
{{- $service := include "bulkhead.fullname" . -}}
{{- $names := list (printf "%s.%s.svc" $service .Release.Namespace) (printf "%s.%s.svc.cluster.local" $service .Release.Namespace) -}}
{{- $authority := genCAWithKey (printf "%s-%s" $service (now | unixEpoch)) $days (genPrivateKey "ecdsa") -}}
{{- $leaf := genSignedCertWithKey (first $names) nil $names $days $authority (genPrivateKey "ecdsa") -}}
{{- $before := "" -}}
{{- if hasKey $data "ca.crt" -}}
{{- $before = regexFind "(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?" (index $data "ca.crt" | b64dec) -}}
{{- end -}}
{{- $expiry := dateInZone "2006-01-02T15:04:05Z" (now | dateModify (printf "%dh" (mul $days 24))) "UTC" -}}
{{- $_ := set .Values "renderedPair" (dict "tls.crt" ($leaf.Cert | b64enc) "tls.key" ($leaf.Key | b64enc) "ca.crt" (print $authority.Cert $before | b64enc) "notAfter" $expiry) -}}
{{- end -}}
{{- end -}}
{{- .Values.renderedPair | toJson -}}
{{- end -}}

{{- /* What goes into clientConfig.caBundle; nothing where cert-manager injects it. */ -}}
{{- define "bulkhead.caBundle" -}}
{{- if eq .Values.certificates.mode "generated" -}}
{{- (include "bulkhead.pair" . | fromJson) | dig "ca.crt" "" -}}
{{- else if eq .Values.certificates.mode "secret" -}}
{{- required "certificates.caBundle is needed where certificates.mode is secret" .Values.certificates.caBundle | b64enc -}}
{{- end -}}
{{- end -}}

{{- /* What the pod reads: the Configuration file, and the rule files. */ -}}

{{- define "bulkhead.configuration" -}}
{{- $name := include "bulkhead.fullname" . -}}
{{- $certificates := dict "mode" "files" "certFile" "/etc/bulkhead-tls/tls.crt" "keyFile" "/etc/bulkhead-tls/tls.key" -}}
{{- if eq .Values.certificates.mode "certManager" -}}
{{- $certificates = mergeOverwrite $certificates (dict "mode" "certManager" "certificate" (printf "%s/%s" .Release.Namespace $name)) -}}
{{- end -}}
{{- $registers := eq (include "bulkhead.registeredBy" .) "Bulkhead" -}}
{{- if $registers -}}
{{- $certificates = mergeOverwrite $certificates (dict "caFile" (ternary "/etc/bulkhead/ca.crt" "/etc/bulkhead-tls/ca.crt" (eq .Values.certificates.mode "secret"))) -}}
{{- end -}}
{{- if include "bulkhead.selfManaged" . -}}
{{- $certificates = dict "mode" "selfManaged" "secret" (printf "%s/%s" .Release.Namespace (include "bulkhead.secretName" .)) -}}
{{- end -}}
{{- $webhook := dict "service" (printf "%s/%s" .Release.Namespace $name) "name" $name "register" $registers -}}
{{- $own := dict "webhook" $webhook "certificates" $certificates -}}
{{- range $key := list "webhook" "certificates" -}}
{{- if hasKey $.Values.configuration $key -}}
{{- fail (printf "configuration.%s is the chart's own: use the values webhooks and certificates" $key) -}}
{{- end -}}
{{- end -}}
{{- $tenancy := dict "tenancy" (dict "exemptNamespaces" (include "bulkhead.exemptNamespaces" . | fromJsonArray)) -}}
{{- $server := dict "server" (dict "port" .Values.containerPort) -}}
{{- $head := dict "apiVersion" "config.bulkhead.dev/v1alpha1" "kind" "Configuration" -}}
{{- mergeOverwrite $head (deepCopy .Values.configuration) $own $tenancy $server | toYaml -}}
{{- end -}}

{{- /* A YAML object: file name → content. Boundaries first, each a document of its own; always one file, so that the folder exists. */ -}}
{{- define "bulkhead.rules" -}}
{{- $documents := list -}}
{{- range $name, $spec := .Values.boundaries -}}
{{- $documents = append $documents (dict "apiVersion" "bulkhead.dev/v1alpha1" "kind" "Boundary" "metadata" (dict "name" $name) "spec" $spec | toYaml) -}}
{{- end -}}
{{- merge (dict "boundaries.yaml" (join "\n---\n" $documents)) .Values.rules | toYaml -}}
{{- end -}}

{{- /* What the API server sends us: the entries of both webhook configurations, shared where they say the same. */ -}}

{{- define "bulkhead.clientConfig" -}}
service:
  name: {{ include "bulkhead.fullname" .root }}
  namespace: {{ .root.Release.Namespace }}
  path: {{ .path }}
  port: {{ .root.Values.service.port }}
{{- with include "bulkhead.caBundle" .root }}
caBundle: {{ . }}
{{- end }}
{{- end -}}

{{- define "bulkhead.entryDefaults" -}}
admissionReviewVersions: [v1]
failurePolicy: {{ .root.Values.webhooks.failurePolicy }}
matchPolicy: Equivalent
sideEffects: None
timeoutSeconds: {{ .root.Values.webhooks.timeoutSeconds }}
clientConfig:
  {{- include "bulkhead.clientConfig" . | nindent 2 }}
{{- end -}}

{{- define "bulkhead.webhookAnnotations" -}}
{{- $annotations := deepCopy .Values.webhooks.annotations -}}
{{- if eq .Values.certificates.mode "certManager" -}}
{{- $_ := set $annotations "cert-manager.io/inject-ca-from" (printf "%s/%s" .Release.Namespace (include "bulkhead.fullname" .)) -}}
{{- end -}}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- /* A Boundary's own namespaceSelector, less the namespaces that are exempt by name. */ -}}
{{- define "bulkhead.guardedSelector" -}}
{{- $exempt := dict "key" "kubernetes.io/metadata.name" "operator" "NotIn" "values" (include "bulkhead.exemptNamespaces" .root | fromJsonArray) -}}
{{- $expressions := append (dig "matchExpressions" list .selector) $exempt -}}
{{- mergeOverwrite (deepCopy .selector) (dict "matchExpressions" $expressions) | toYaml -}}
{{- end -}}

{{- /* Protected pod labels, as a list in CEL: the configured ones and what Boundaries stamp. */ -}}
{{- define "bulkhead.podLabels" -}}
{{- $keys := dig "tenancy" "protectedPodLabels" list .Values.configuration -}}
{{- range $spec := .Values.boundaries -}}
{{- $keys = concat $keys (dig "stampPods" list $spec) -}}
{{- end -}}
{{- $keys | uniq | sortAlpha | toJson -}}
{{- end -}}

{{- /* A CEL claim about the annotation key `k`: that it attaches networks or chooses addresses. */ -}}
{{- define "bulkhead.isGuardedAnnotation" -}}
{{- $keys := list -}}
{{- $prefixes := list -}}
{{- range $key := concat (.Files.Get "files/guarded-annotations.yaml" | fromYamlArray) (dig "guards" "annotations" list .Values.configuration) | uniq | sortAlpha -}}
{{- if hasSuffix "/*" $key -}}
{{- $prefixes = append $prefixes (trimSuffix "*" $key) -}}
{{- else -}}
{{- $keys = append $keys $key -}}
{{- end -}}
{{- end -}}
(k in {{ toJson $keys }} || {{ toJson $prefixes }}.exists(p, k.startsWith(p)))
{{- end -}}

{{- /* Kubelets write pods/status all the time, the scheduler every binding: only those that touch what is guarded are worth a call. */ -}}
{{- define "bulkhead.podConditions" -}}
- name: status-changes-what-is-guarded
  expression: >-
    request.?subResource.orValue("") != "status" ||
    {{ include "bulkhead.podLabels" . }}.exists(k, object.metadata.?labels[?k] != oldObject.metadata.?labels[?k]) ||
    [object, oldObject].exists(o, o.metadata.?annotations.orValue({}).exists(k, {{ include "bulkhead.isGuardedAnnotation" . }} &&
    object.metadata.?annotations[?k] != oldObject.metadata.?annotations[?k]))
- name: binding-carries-what-is-guarded
  expression: >-
    (request.?subResource.orValue("") != "binding" && request.resource.resource != "bindings") ||
    {{ include "bulkhead.podLabels" . }}.exists(k, k in object.metadata.?labels.orValue({})) ||
    object.metadata.?annotations.orValue({}).exists(k, {{ include "bulkhead.isGuardedAnnotation" . }})
{{- end -}}

{{- /* In namespaces that no Boundary selects, two things are still guarded: protected pod labels, and the floor's name. */ -}}
{{- define "bulkhead.elsewhereConditions" -}}
- name: only-protected-pod-labels
  expression: >-
    request.resource.resource == "networkpolicies" ||
    {{ include "bulkhead.podLabels" . }}.exists(k, oldObject == null ? k in object.metadata.?labels.orValue({}) :
    object.metadata.?labels[?k] != oldObject.metadata.?labels[?k])
- name: only-the-floor
  expression: >-
    request.resource.resource != "networkpolicies" ||
    (request.operation == "DELETE" ? oldObject : object).metadata.?name.orValue("") == "bulkhead-floor"
{{- end -}}

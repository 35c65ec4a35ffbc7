{{- /* What the API server sends us: the entries of both webhook configurations, shared where they say the same. */ -}}

{{- /* Who writes them: Chart, Bulkhead, or nobody. Bulkhead asks at port 443 of the Service whether it answers. */ -}}
{{- define "bulkhead.registeredBy" -}}
{{- if not .Values.webhooks.enabled -}}
None
{{- else if eq .Values.webhooks.registeredBy "Bulkhead" -}}
{{- if not (dig "controllers" "enabled" true .Values.configuration) -}}
{{- fail "webhooks.registeredBy is Bulkhead, but configuration.controllers.enabled is false, so nobody would register them" -}}
{{- end -}}
{{- if ne (int .Values.service.port) 443 -}}
{{- fail "webhooks.registeredBy is Bulkhead, which needs service.port 443" -}}
{{- end -}}
{{- if or (ne .Values.webhooks.failurePolicy "Fail") (ne (int .Values.webhooks.timeoutSeconds) 5) .Values.webhooks.annotations -}}
{{- fail "webhooks.registeredBy is Bulkhead, which registers with failurePolicy Fail, timeoutSeconds 5 and no further annotations; to change these take registeredBy Chart" -}}
{{- end -}}
Bulkhead
{{- else -}}
Chart
{{- end -}}
{{- end -}}

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
failurePolicy: {{ .failurePolicy | default .root.Values.webhooks.failurePolicy }}
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

{{- /*
The Boundaries by which entries are made: name → selector and what the Boundaries behind it write. Above fifty, one entry stands for all of them and
covers every namespace that is not exempt, since each entry that matches is a call of its own.
*/ -}}
{{- define "bulkhead.guardedEntries" -}}
{{- $entries := dict -}}
{{- $all := dict "selector" dict "drops" false "stamps" false "gates" false -}}
{{- range $name, $spec := .Values.boundaries -}}
{{- $drops := eq (dig "pods" "rawSockets" "Drop" $spec) "Drop" -}}
{{- $stamps := not (empty (dig "stampPods" list $spec)) -}}
{{- $gates := eq (dig "pods" "beforeFloor" "Gate" $spec) "Gate" -}}
{{- $_ := set $entries $name (dict "selector" $spec.namespaceSelector "drops" $drops "stamps" $stamps "gates" $gates) -}}
{{- $all = dict "selector" dict "drops" (or $all.drops $drops) "stamps" (or $all.stamps $stamps) "gates" (or $all.gates $gates) -}}
{{- end -}}
{{- if gt (len $entries) 50 -}}
{{- $entries = dict "all" $all -}}
{{- end -}}
{{- $entries | toJson -}}
{{- end -}}

{{- /* A selector, less the namespaces that are exempt by name. */ -}}
{{- define "bulkhead.guardedSelector" -}}
{{- $exempt := dict "key" "kubernetes.io/metadata.name" "operator" "NotIn" "values" (include "bulkhead.exemptNamespaces" .root | fromJsonArray | sortAlpha) -}}
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

{{- define "bulkhead.labelsDiffer" -}}
{{ include "bulkhead.podLabels" . }}.exists(k, object.metadata.?labels[?k] != oldObject.metadata.?labels[?k])
{{- end -}}

{{- define "bulkhead.carriesLabel" -}}
{{ include "bulkhead.podLabels" . }}.exists(k, k in object.metadata.?labels.orValue({}))
{{- end -}}

{{- define "bulkhead.manyAnnotations" -}}
object.metadata.?annotations.orValue({}).size() > 200
{{- end -}}

{{- /* The resources through which a pod can come or change. */ -}}
{{- define "bulkhead.podWrites" -}}
- apiGroups: ['']
  apiVersions: [v1]
  operations: [CREATE, UPDATE]
  resources: [pods, pods/ephemeralcontainers, pods/resize, pods/status, pods/binding, bindings]
  scope: Namespaced
{{- end -}}

{{- /*
Kubelets write pods/status all the time, the scheduler every binding: only those that touch what is judged are worth a call. `request.subResource` is
absent where there is none. These conditions are the ones that `bulkhead webhooks` prints, word for word.
*/ -}}
{{- define "bulkhead.guardedConditions" -}}
- name: pod-update-changes-what-is-judged
  expression: >-
    request.operation != "UPDATE" || request.resource.resource != "pods" || request.?subResource.orValue("") == "binding" ||
    (request.?subResource.orValue("") != "status" && object.spec != oldObject.spec) ||
    {{ include "bulkhead.labelsDiffer" . }} ||
    {{ include "bulkhead.manyAnnotations" . }} ||
    object.metadata.?annotations.orValue({}).exists(k, {{ include "bulkhead.isGuardedAnnotation" . }} &&
    object.metadata.?annotations[?k] != oldObject.metadata.?annotations[?k])
- name: binding-carries-what-is-judged
  expression: >-
    !(request.?subResource.orValue("") == "binding" || request.resource.resource == "bindings") ||
    {{ include "bulkhead.carriesLabel" . }} ||
    {{ include "bulkhead.manyAnnotations" . }} ||
    object.metadata.?annotations.orValue({}).exists(k, {{ include "bulkhead.isGuardedAnnotation" . }})
{{- end -}}

{{- /* In namespaces that no Boundary selects, two things are guarded all the same: protected pod labels, and the floor's name. */ -}}
{{- define "bulkhead.elsewhereConditions" -}}
- name: pod-label-is-protected
  expression: >-
    request.resource.resource == "networkpolicies" ||
    (oldObject == null ? {{ include "bulkhead.carriesLabel" . }} : {{ include "bulkhead.labelsDiffer" . }})
- name: policy-is-the-floor
  expression: >-
    !(request.resource.resource == "networkpolicies") ||
    [object, oldObject].exists(o, o != null && o.metadata.?name.orValue("") == "bulkhead-floor")
{{- end -}}

{{- /* Of a workload its pod template is judged, for whoever writes it: not what its own controller writes, nor what another workload made. */ -}}
{{- define "bulkhead.workloadConditions" -}}
- name: spec-changes
  expression: oldObject == null || object.spec != oldObject.spec
- name: nothing-controls-it
  expression: '!object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false) == true)'
{{- end -}}

{{- /* Claims that some Boundary forbids other policy kinds; empty where none does. */ -}}
{{- define "bulkhead.forbidsOtherPolicies" -}}
{{- range $spec := .Values.boundaries -}}
{{- if ne (dig "otherPolicies" "Deny" $spec) "Allow" }}yes{{ end -}}
{{- end -}}
{{- end -}}

{{- /* Who may write rules, by user name and by group, as the webhook reads the configuration. */ -}}
{{- define "bulkhead.ruleWriters" -}}
{{- $tenancy := default dict .Values.configuration.tenancy -}}
{{- $administrators := deepCopy (dig "administrators" dict $tenancy) -}}
{{- /* Not by merge, for which an empty list is none: who names no group means no group. */ -}}
{{- if not (kindIs "slice" (get $administrators "groups")) -}}
{{- $_ := set $administrators "groups" (list "system:masters" "kubeadm:cluster-admins") -}}
{{- end -}}
{{- $subjects := dig "roles" "ruleWriters" $administrators $tenancy -}}
{{- $users := dig "users" list $subjects -}}
{{- range dig "serviceAccounts" list $subjects -}}
{{- $users = append $users (printf "system:serviceaccount:%s" (replace "/" ":" .)) -}}
{{- end -}}
{{- dict "users" $users "groups" (dig "groups" list $subjects) | toJson -}}
{{- end -}}

{{- /* Names and labels that every object of a release carries. */ -}}

{{- define "bulkhead.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "bulkhead.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "bulkhead.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "bulkhead.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "bulkhead.selectorLabels" -}}
app.kubernetes.io/name: {{ include "bulkhead.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "bulkhead.labels" -}}
{{ include "bulkhead.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "bulkhead.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "bulkhead.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name is needed where serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "bulkhead.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* The namespaces that are not guarded, as a JSON list: the configured ones and the release's own. */ -}}
{{- define "bulkhead.exemptNamespaces" -}}
{{- $configured := dig "tenancy" "exemptNamespaces" (list "kube-system" "kube-public" "kube-node-lease") .Values.configuration -}}
{{- append $configured .Release.Namespace | uniq | toJson -}}
{{- end -}}

{{- /* Bulkhead's own namespace is exempt, so it must hold nothing else: not the cluster's, and not where people work. */ -}}
{{- define "bulkhead.refuseNamespace" -}}
{{- if has .Release.Namespace (list "kube-system" "kube-public" "kube-node-lease" "default") -}}
{{- fail (printf "Bulkhead cannot be installed into the namespace %q: its own namespace is exempt from its rules, so it needs one of its own (helm install … --namespace bulkhead-system --create-namespace)" .Release.Namespace) -}}
{{- end -}}
{{- end -}}

{{- /* What every pod of the release runs as: what the restricted Pod Security profile asks for, and no more. */ -}}
{{- define "bulkhead.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "bulkhead.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

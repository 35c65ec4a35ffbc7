// A policy that stays as long as the control plane does, so that the API server goes on reading ConfigMaps as parameters.
//
// kube-apiserver stops its reader of a built-in kind of parameters when no binding names it any more, and never starts it again: policies
// that come later find no parameters, or those of then (https://github.com/kubernetes/kubernetes/issues/130887). Test files share a control plane.

const version = 'admissionregistration.k8s.io/v1';
const metadata = { name: 'parameters-are-read' };

/** A policy with ConfigMaps as parameters and its binding, as YAML or JSON for `kubectl apply`. They match nothing that exists. */
export const parameterKinds: string = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: version,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ['nowhere.example'],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['nothings'],
            },
          ],
        },
        validations: [{ expression: 'true' }],
      },
    },
    {
      apiVersion: version,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: {
        policyName: metadata.name,
        paramRef: { name: 'none', namespace: 'default', parameterNotFoundAction: 'Allow' },
        validationActions: ['Audit'],
      },
    },
  ],
});

/** ValidatingAdmissionPolicies and their bindings as documents. */
import type { LabelSelector } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import type { ConvertedDocument } from '../converted.ts';

/** One policy before it is written: `covers` and `leaves` say in words what it decides, and what only Bulkhead does. */
export interface Backstop {
  readonly name: string;
  readonly covers: string;
  readonly leaves: string;
  readonly rules: readonly {
    readonly groups: readonly string[];
    readonly resources: readonly string[];
    readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[];
  }[];
  readonly namespaceSelector?: object;
  /** What an error while it is evaluated means. */
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly { readonly expression: string; readonly message: string }[];
}

const apiVersion = 'admissionregistration.k8s.io/v1';
const labels = { 'app.kubernetes.io/managed-by': 'bulkhead' };

/** The policy, and the binding that puts it into force. */
export function written(backstop: Backstop): readonly ConvertedDocument[] {
  const { name, covers, leaves, rules, namespaceSelector, failurePolicy, variables, validations } = backstop;
  const annotations = { 'bulkhead.dev/covers': covers, 'bulkhead.dev/leaves-to-bulkhead': leaves };
  return [
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name, labels, annotations },
      spec: {
        failurePolicy,
        matchConstraints: {
          ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
          resourceRules: rules.map(({ groups, resources, operations }) => ({
            apiGroups: groups,
            apiVersions: ['v1'],
            operations,
            resources,
          })),
        },
        ...(variables.length === 0 ? {} : { variables }),
        validations: validations.map((one) => ({ ...one, reason: 'Forbidden' })),
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name, labels },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}

/** The namespaces that a selector selects, less the exempt ones: the API server labels each with its name. */
export function selectorOf(
  selector: LabelSelector | undefined,
  exempt: ReadonlySet<string>,
): object | undefined {
  const matchExpressions = [
    ...(selector?.matchExpressions ?? []).map(({ key, operator, values }) =>
      operator === 'In' || operator === 'NotIn' ? { key, operator, values } : { key, operator },
    ),
    ...(exempt.size === 0 ? [] : [{ key: nameLabel, operator: 'NotIn', values: [...exempt].sort() }]),
  ];
  const matchLabels = Object.fromEntries(selector?.matchLabels ?? []);
  const found = {
    ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels }),
    ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

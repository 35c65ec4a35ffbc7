// Cases as documents: every policy with a name, every binding with the mark by which only its own case calls it.
import type { Document } from '../../../src/config/document.ts';
import type { Asked, PolicyCase, PolicyPart } from './case.ts';
import { suite } from './setting.ts';

export interface Prepared {
  readonly name: string;
  readonly mark: string;
  readonly mutates: boolean;
  readonly judges: boolean;
  /** Policies before bindings. */
  readonly policies: readonly object[];
  readonly bindings: readonly object[];
  readonly requests: readonly Asked[];
}

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (value ?? {}) as Fields;

const everything = {
  apiGroups: ['*'],
  apiVersions: ['*'],
  operations: ['*'],
  resources: ['*/*'],
};

/** matchResources of a binding, narrowed to the objects of one case. */
function narrowed(given: unknown, mark: string, by: 'label' | 'name'): Fields {
  const resources = fields(given);
  if (by === 'name') return { ...resources, resourceRules: [{ ...everything, resourceNames: [mark] }] };
  const selector = fields(resources['objectSelector']);
  return {
    ...resources,
    objectSelector: { ...selector, matchLabels: { ...fields(selector['matchLabels']), case: mark } },
  };
}

const document = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name, labels: { suite } },
  spec,
});

/** Gives a case its mark, `p` and a number, and its policies their names: the mark, with a letter from the second on. */
export function prepare({ name, policies, requests, marked }: PolicyCase, index: number): Prepared {
  const mark = `p${index}`;
  const nameOf = (part: number): string => (part === 0 ? mark : `${mark}${String.fromCharCode(97 + part)}`);
  const bindingsOf = ({ sort, bindings }: PolicyPart, part: number): object[] =>
    bindings.map((spec, at) =>
      document(`${sort}AdmissionPolicyBinding`, at === 0 ? nameOf(part) : `${nameOf(part)}-${at}`, {
        policyName: nameOf(part),
        ...spec,
        matchResources: narrowed(spec['matchResources'], mark, marked ?? 'label'),
      }),
    );
  return {
    name,
    mark,
    mutates: policies.some(({ sort }) => sort === 'Mutating'),
    judges: policies.some(({ sort }) => sort === 'Validating'),
    policies: policies.map(({ sort, spec }, part) => document(`${sort}AdmissionPolicy`, nameOf(part), spec)),
    bindings: policies.flatMap(bindingsOf),
    requests,
  };
}

/** A policy of validations on new pods with a mark, and a binding that warns of each that is not true. */
export const documentsOf = (
  mark: string,
  validations: readonly object[],
): { readonly policy: object; readonly binding: object } => ({
  policy: document('ValidatingAdmissionPolicy', mark, {
    matchConstraints: {
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
    validations,
  }),
  binding: document('ValidatingAdmissionPolicyBinding', mark, {
    policyName: mark,
    validationActions: ['Warn'],
    matchResources: narrowed(undefined, mark, 'label'),
  }),
});

/** A document as Bulkhead reads it. */
export const documentOf = (value: unknown): Document => ({
  value: JSON.parse(JSON.stringify(value)) as unknown,
  file: 'case.yaml',
  positionOf: () => ({ line: 1, column: 1 }),
});

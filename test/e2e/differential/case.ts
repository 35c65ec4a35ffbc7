// What a case of the differential run is: policies with their bindings, and requests that both sides are asked about.
import type { IdentityName } from '../../cluster/identities.ts';

export type Sort = 'Validating' | 'Mutating';

/** A policy: its spec, and the specs of its bindings without `policyName`. */
export interface PolicyPart {
  readonly sort: Sort;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly bindings: readonly Readonly<Record<string, unknown>>[];
}

/** A request. `mark` is the case's own word: the label `case` of its objects, and their name where they are stored for it. */
export interface Asked {
  readonly sentence: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: (mark: string) => string;
  readonly body?: (mark: string) => object;
  readonly contentType?: string;
  readonly as?: IdentityName;
  /** Created for real before any policy is in force: the collection's path and the object. */
  readonly stored?: (mark: string) => readonly [path: string, body: object];
}

export interface PolicyCase {
  readonly name: string;
  readonly policies: readonly PolicyPart[];
  readonly requests: readonly Asked[];
  /** By what the bindings know the objects of this case; `name` for subresources whose objects carry no labels. Default `label`. */
  readonly marked?: 'label' | 'name';
}

const podWrites = {
  resourceRules: [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] },
  ],
};

type Fields = Readonly<Record<string, unknown>>;

/** A ValidatingAdmissionPolicy on writes of pods unless the spec says otherwise, bound with Deny unless bindings are given. */
export const validating = (
  name: string,
  spec: Fields,
  requests: readonly Asked[],
  bindings: readonly Fields[] = [{}],
): PolicyCase => ({ name, policies: [validatingPart(spec, bindings)], requests });

export const validatingPart = (spec: Fields, bindings: readonly Fields[] = [{}]): PolicyPart => ({
  sort: 'Validating',
  spec: { matchConstraints: podWrites, ...spec },
  bindings: bindings.map((one) => ({ validationActions: ['Deny'], ...one })),
});

/** A MutatingAdmissionPolicy, in the same way. */
export const mutating = (
  name: string,
  spec: Fields,
  requests: readonly Asked[],
  bindings: readonly Fields[] = [{}],
): PolicyCase => ({ name, policies: [mutatingPart(spec, bindings)], requests });

export const mutatingPart = (spec: Fields, bindings: readonly Fields[] = [{}]): PolicyPart => ({
  sort: 'Mutating',
  spec: { matchConstraints: podWrites, reinvocationPolicy: 'Never', ...spec },
  bindings,
});

/** `spec` of one validation. */
export const check = (expression: string, more: Fields = {}): Fields => ({
  validations: [{ expression, ...more }],
});

export const apply = (expression: string): Fields => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});

export const patch = (expression: string): Fields => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

/** matchConstraints of one rule: `pods`, `apps deployments/scale`, … */
export const on = (resources: string, operations: readonly string[], more: Fields = {}): Fields => {
  const [group = '', rest] = resources.includes(' ') ? resources.split(' ') : ['', resources];
  return {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [group], apiVersions: ['*'], operations, resources: (rest ?? '').split(',') },
      ],
      ...more,
    },
  };
};

/** A condition that is true and costs about `hundreds` times 100,000 units: every number of one list is looked for in another. */
export const dear = (hundreds: number): string =>
  `lists.range(${hundreds}).all(i, sets.contains(lists.range(316), lists.range(316)))`;

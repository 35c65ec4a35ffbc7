/** Converted policies beside the Boundaries that they come from: both judge the same request, the former by our own CEL. */
import { stringify } from 'yaml';
import { admit } from '../../src/admission/admit.ts';
import type { World } from '../../src/admission/world.ts';
import { toAdmissionPolicies } from '../../src/convert/vap/toAdmissionPolicies.ts';
import type { Converted } from '../../src/convert/converted.ts';
import type { Attributes } from '../../src/k8s/attributes.ts';
import { worldOf } from '../admission/scenario.ts';

export const identity = 'system:serviceaccount:bulkhead-system:bulkhead';

export interface Pair {
  readonly bulkhead: World;
  readonly converted: Converted;
  /** The codes of what Bulkhead refuses, in the order of findings. */
  readonly refusals: (request: Attributes) => readonly string[];
  /** Why the converted policies refuse, and an error where one could not be evaluated. */
  readonly backstop: (request: Attributes) => readonly string[];
}

/** `rules` are Boundaries; `settings` are parts of a Configuration. An error of a converted policy is always told. */
export function pairOf(rules: string, namespaces: string, settings: object = {}): Pair {
  const withIdentity = { identity, ...settings };
  const bulkhead = worldOf(rules, namespaces, withIdentity);
  const converted = toAdmissionPolicies(bulkhead.rules, identity);
  const text = converted.documents.map((document) => `---\n${stringify(document)}`).join('');
  // The configuration's own tenancy would judge labels too; here only the converted policies are to speak.
  const alone = worldOf(text.replaceAll('failurePolicy: Ignore', 'failurePolicy: Fail'), namespaces);
  return {
    bulkhead,
    converted,
    refusals: (request) => {
      const { decision } = admit(request, bulkhead, 'review');
      if (decision.failure !== undefined) return [decision.failure.code];
      return decision.violations.flatMap(({ action, code }) => (action === 'Deny' ? [code] : []));
    },
    backstop: (request) =>
      admit(request, alone, 'validate').decision.violations.flatMap(({ kind, message }) =>
        kind === 'GuardrailPolicy' ? [message] : [],
      ),
  };
}

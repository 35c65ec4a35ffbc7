/** What is sent for the sake of guardrails: the resources that their rules name, outside exempt namespaces. */
import type { Policy } from '../../guardrail/policy.ts';
import type { Rules } from '../rules.ts';
import { entryName, everyNamespace, guardedSelector } from './entry.ts';
import type { Entry, SentOperation, SentRule } from './entry.ts';

/** One entry for all policies of which `concerns` is true; none where there is none. */
export function guardrailEntries(
  { guardrails }: Rules,
  exempt: readonly string[],
  concerns: (policy: Policy) => boolean,
  operations: readonly SentOperation[],
): readonly Entry[] {
  const rules = guardrails.all
    .map(({ policy }) => policy)
    .filter(concerns)
    .flatMap((policy) => policy.constraints.rules)
    .flatMap((rule): readonly SentRule[] => {
      const sent = operations.filter((one) => rule.operations.includes('*') || rule.operations.includes(one));
      if (sent.length === 0) return [];
      const resources = rule.resources.map(({ resource, subresource }) =>
        subresource === '' ? resource : `${resource}/${subresource}`,
      );
      return [
        {
          apiGroups: rule.groups,
          apiVersions: rule.versions,
          operations: sent,
          resources,
          scope: rule.scope,
        },
      ];
    });
  const distinct = [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
  if (distinct.length === 0) return [];
  return [
    {
      name: entryName('guardrails'),
      namespaceSelector: guardedSelector(everyNamespace, exempt),
      rules: distinct,
      matchConditions: [],
    },
  ];
}

/** Everything that a validation or an audit annotation asks for. */
export const validatedByGuardrails = (rules: Rules, exempt: readonly string[]): readonly Entry[] =>
  guardrailEntries(
    rules,
    exempt,
    ({ validations, annotations }) => validations.length > 0 || annotations.length > 0,
    ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  );

/** Everything that a mutation may change. */
export const mutatedByGuardrails = (rules: Rules, exempt: readonly string[]): readonly Entry[] =>
  guardrailEntries(rules, exempt, ({ mutations }) => mutations.length > 0, ['CREATE', 'UPDATE', 'CONNECT']);

/** Compiles guardrail documents one by one, so that each policy can be linted beside its own document, bound or not. */
import { compileRules } from '../../admission/rules.ts';
import type { Document } from '../../config/document.ts';
import type { Config } from '../../config/schema.ts';
import { guardrailKindOf } from '../../guardrail/kinds.ts';
import { stringAt } from '../../k8s/json.ts';
import type { LintedPolicy } from './guardrails.ts';

const policyKinds: ReadonlySet<string> = new Set([
  'GuardrailPolicy',
  'ValidatingAdmissionPolicy',
  'MutatingAdmissionPolicy',
]);

/** The policies among sound documents, each with the bindings that these documents give it. */
export function policyPartsOf(
  documents: readonly Document[],
  parameters: readonly Document[],
  config: Config,
): readonly LintedPolicy[] {
  const bindings = documents.filter((document) => !policyKinds.has(kindOf(document)));
  return documents.flatMap((document) => {
    const kind = kindOf(document);
    if (!policyKinds.has(kind)) return [];
    const own = bindings.filter(
      (binding) =>
        kindOf(binding) === `${kind}Binding` &&
        stringAt(binding.value, 'spec', 'policyName') === stringAt(document.value, 'metadata', 'name'),
    );
    const bound = kind === 'GuardrailPolicy' || own.length > 0;
    const compiled = compileRules([document, ...(bound ? own : [stand(document)]), ...parameters], config);
    const [found] = compiled.ok ? compiled.value.guardrails.all : [];
    if (found === undefined) return [];
    return [{ document, policy: found.policy, bindings: bound ? found.bindings : [] }];
  });
}

const kindOf = (document: Document): string => guardrailKindOf(document) ?? '';

/** A binding for a policy that has none: only what is bound is compiled. */
function stand({ value, file, positionOf }: Document): Document {
  const kind = `${stringAt(value, 'kind') ?? ''}Binding`;
  const binding = {
    apiVersion: stringAt(value, 'apiVersion') ?? '',
    kind,
    metadata: { name: 'stand-in' },
    spec: {
      policyName: stringAt(value, 'metadata', 'name') ?? '',
      ...(kind.startsWith('Validating') ? { validationActions: ['Audit'] } : {}),
    },
  };
  return { value: binding, file, positionOf };
}

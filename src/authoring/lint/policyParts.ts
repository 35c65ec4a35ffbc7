/** Compiles guardrail documents one by one, so that each policy can be linted beside its own document, bound or not. */
import { compileRules } from '../../admission/rules.ts';
import type { Document } from '../../config/document.ts';
import type { Config } from '../../config/schema.ts';
import { guardrailKindOf } from '../../guardrail/kinds.ts';
import { stringAt } from '../../k8s/json.ts';
import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
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

/** Bindings whose policy is not among the documents. */
export function strayBindings(documents: readonly Document[]): readonly Finding[] {
  const policies = new Set(
    documents.map((document) => `${kindOf(document)} ${stringAt(document.value, 'metadata', 'name') ?? ''}`),
  );
  return documents.flatMap((document) => {
    const kind = kindOf(document);
    const name = stringAt(document.value, 'spec', 'policyName');
    if (!kind.endsWith('Binding') || name === undefined) return [];
    const policy = kind.slice(0, -'Binding'.length);
    if (policies.has(`${policy} ${name}`)) return [];
    const message = `there is no ${policy} "${name.slice(0, 80)}" among these rules, so this binding has no effect; correct policyName or add the policy`;
    const finding = { severity: 'warning', code: 'guardrail.strayBinding', message } as const;
    return [findingAt(document, '/spec/policyName', finding)];
  });
}

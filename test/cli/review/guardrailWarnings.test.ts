/** `bulkhead review` tells what its rules probably do not mean, on standard error, and decides all the same. */
import { expect, test } from '@jest/globals';
import { capture } from '../capturedTerminal.ts';

const rules = `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: { name: typo }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  validations:
    - expression: "!has(object.spec.hostnetwork)"
`;
const pod = ['review', 'examples/guardrails/pod.yaml', '--inventory', 'examples/inventory'];

test('warnings have their place, and change no verdict', async () => {
  const { code, stdout, stderr } = await capture([...pod, '--rules', '-'], { stdin: rules });
  expect(stderr).toContain(
    'warning: -:9:37: /spec/validations/0/expression: GuardrailPolicy "typo", where it matches Pod: PodSpec has no field hostnetwork; did you mean hostNetwork?',
  );
  expect(stdout).toContain('0 denied, 1 allowed');
  expect(code).toBe(0);
});

test('rules without mistakes have none', async () => {
  const { stderr } = await capture([...pod, '--rules', 'examples/guardrails/rules.yaml']);
  expect(stderr).toBe('warning: no Boundary is among the rules, so no network limit is in force\n');
});

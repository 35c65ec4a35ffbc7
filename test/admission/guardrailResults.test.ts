/** Every result of a guardrail names its policy, which validation spoke, its severity and what to do: wherever somebody reads it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { messageOf } from '../../src/admission/message.ts';
import { allowanceOf } from '../../src/decisions/event/allowance.ts';
import { sealDecision } from '../../src/decisions/event/seal.ts';
import { capture } from '../cli/capturedTerminal.ts';
import { object, send, worldOf } from './scenario.ts';

const named = {
  kind: 'GuardrailPolicy',
  index: 1,
  severity: 'high',
  category: 'images',
  remediation: 'push it to our registry',
};
const rule = (failing: string): string => `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: { name: images }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  validations:
    - expression: object.metadata.name != ''
    - expression: ${failing}
      message: images come from our registry
  severity: high
  category: images
  remediation: push it to our registry
`;
const pod =
  '{ apiVersion: v1, kind: Pod, metadata: { name: web, namespace: shop }, spec: { containers: [{ name: a, image: elsewhere/a }] } }';
const failed = "object.spec.containers.all(c, c.image.startsWith('ours/'))";
const finding = 'images come from our registry (images validations[1], severity high)\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-results-'));
  await writeFile(join(folder, 'rules.yaml'), rule(failed));
  await writeFile(join(folder, 'pod.yaml'), pod);
});
afterAll(() => rm(folder, { recursive: true }));

const run = async (command: string, ...words: readonly string[]): Promise<string> =>
  (await capture([command, join(folder, 'pod.yaml'), '--rules', join(folder, 'rules.yaml'), ...words]))
    .stdout;

describe('a finding names policy, index, severity and remediation', () => {
  const { decision, attributes } = send(object(pod), worldOf(rule(failed)));

  test('in the message of the refusal', () => {
    expect(messageOf(attributes, decision)).toContain(
      `is refused by policy "images"\n  ${finding}    push it to our registry\n`,
    );
  });

  test('in the record of the decision log', () => {
    const { event } = sealDecision(
      {
        decisionId: '01900000-0000-7000-8000-000000000001',
        millis: 0,
        door: 'validate',
        attributes,
        decision: 'denied',
        violations: decision.violations,
        warnings: [],
        patch: [],
        rulesHash: '0123456789abcdef',
        namespace: undefined,
      },
      allowanceOf({
        tenantLabel: 'bulkhead.dev/tenant',
        labels: [],
        annotations: [],
        groups: [],
        reads: new Map(),
      }),
    );
    expect(JSON.parse(event)).toMatchObject({ violations: [{ rule: 'images', policy: named }] });
  });

  test('in the JSON of review', async () => {
    expect(JSON.parse(await run('review', '-o', 'json'))).toMatchObject({
      violations: [{ rule: 'images', policy: named }],
    });
  });

  test('in the text of review', async () => {
    expect(await run('review')).toContain(`    ${finding}      push it to our registry\n`);
  });

  test('in the text of scan', async () => {
    expect(await run('scan')).toContain(
      'by images validations[1], severity high\n      images come from our registry\n        push it to our registry\n',
    );
  });

  test('where it could not be evaluated, too', () => {
    const broken = send(
      object(pod),
      worldOf(rule('object.spec.containers[9].image == object.metadata.name')),
    );
    const message = messageOf(broken.attributes, broken.decision);
    expect(message).toMatch(
      /policy "images" could not be evaluated: .*validations\[1\].* \(images.*, severity high\)\n {4}push it to our registry\n/,
    );
    expect(broken.decision.violations).toMatchObject([
      { rule: 'images', policy: { severity: 'high', remediation: named.remediation } },
    ]);
  });
});

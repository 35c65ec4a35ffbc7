/** Guardrails beside Boundaries: what loads from one rules directory, and what one decision says of both. */
import { describe, expect, test } from '@jest/globals';
import { readSchema } from '../../src/config/readSchema.ts';
import { configuration } from '../../src/config/schema.ts';
import { messageOf } from '../../src/admission/message.ts';
import { respond } from '../../src/admission/respond.ts';
import { compileRules } from '../../src/admission/rules.ts';
import { documents, object, send, tenants, worldOf } from './scenario.ts';

const images = `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: images}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  paramRef: {name: registry, namespace: default, parameterNotFoundAction: Deny}
  matchConstraints:
    resourceRules: [{apiGroups: ["", apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, configmaps]}]
  validations:
  - expression: "!has(object.spec) || object.spec.containers.all(c, c.image.startsWith(params.data.host))"
    messageExpression: '"images must come from " + params.data.host'
  auditAnnotations: [{key: host, valueExpression: params.data.host}]
`
  .replace('valueExpression: params.data.host', 'valueExpression: string(params.data.host)')
  .replace('+ params.data.host', '+ string(params.data.host)');
const registry =
  '{apiVersion: v1, kind: ConfigMap, metadata: {name: registry}, data: {host: registry.example/}}';
const labels = `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: team}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration: {expression: 'Object{metadata: Object.metadata{labels: {"team": "a"}}}'}
`;
const rules = [tenants, images, registry, labels].join('\n---\n');
const pod = (image: string, spec = ''): ReturnType<typeof object> =>
  object(
    `{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: payments}, spec: {${spec}containers: [{name: a, image: "${image}"}]}}`,
  );

describe('one decision', () => {
  test('says what Boundaries and guardrails say', () => {
    const { decision, attributes } = send(pod('elsewhere/a', 'hostNetwork: true, '), worldOf(rules));
    const codes = decision.violations.map(({ code }) => code);
    expect(codes).toContain('pods.hostNetwork');
    expect(codes).toContain('policy');
    const message = messageOf(attributes, decision);
    expect(message).toContain('is refused by boundary "tenants" and policy "images"');
    expect(message).toContain('images must come from registry.example/');
  });
  test('tells what the author of a policy says to do, once', () => {
    const advice = `${images.replace('metadata: {name: images}', 'metadata: {name: advice}')}  remediation: push it to our registry\n`;
    const two = advice.replace(
      '  auditAnnotations',
      '  - {expression: "1 == 2", message: wrong}\n  auditAnnotations',
    );
    const { decision, attributes } = send(
      pod('elsewhere/a'),
      worldOf([tenants, two, registry].join('\n---\n')),
    );
    const message = messageOf(attributes, decision);
    expect(message.split('push it to our registry')).toHaveLength(2);
    expect(message).toContain('\n  wrong');
  });
  test('patches by guardrails first, then by Boundaries, and judges the result', () => {
    const { decision } = send(pod('registry.example/a'), worldOf(rules));
    expect(decision.allowed).toBe(true);
    expect(decision.patch[0]).toEqual({ op: 'add', path: '/metadata/labels', value: { team: 'a' } });
    expect(decision.patch.length).toBeGreaterThan(1);
  });
  test('covers kinds that no Boundary is about, without asking for their namespace', () => {
    const configMap = object('{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: nowhere}}');
    expect(send(configMap, worldOf(rules)).decision).toMatchObject({ applied: true, allowed: true });
    expect(send(configMap, worldOf()).decision.applied).toBe(false);
  });
  test('writes audit annotations under the name of their policy', () => {
    const { decision, attributes } = send(pod('registry.example/a'), worldOf(rules), {}, 'validate');
    const answer = respond(attributes, decision, { decisionId: 'd', rulesHash: 'h' });
    expect(answer).toContain('"images.host":"registry.example/"');
  });
});

describe('a rules directory', () => {
  const config = readSchema(configuration, {
    apiVersion: 'config.bulkhead.dev/v1alpha1',
    kind: 'Configuration',
  });
  const codes = (text: string): readonly string[] => {
    if (!config.ok) throw new Error('no configuration');
    const read = compileRules(documents(text), config.value);
    return read.ok ? [] : read.issues.map(({ code }) => code);
  };
  test('holds Boundaries, guardrails, parameters and Namespaces', () => {
    expect(codes(`${rules}\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: a}}`)).toEqual([]);
  });
  test('holds no document that is none of them', () => {
    expect(codes('{apiVersion: example.dev/v1, kind: Limit, metadata: {name: a}}')).toEqual(['rules.kind']);
  });
  test('is refused with a mistake in an expression', () => {
    expect(codes(images.replace('c.image', 'd.image'))).toEqual(['cel.unknownVariable']);
  });
});

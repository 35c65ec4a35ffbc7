// Our reading of a NetworkPolicy against the API server's own: the same ones are accepted, and defaulted to the same object.
import { beforeAll, describe, expect, test } from '@jest/globals';
import { listAt, ownAt } from '../../src/k8s/json.ts';
import type { NetworkPolicy, PolicyRule } from '../../src/k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../src/k8s/networkPolicyDecode.ts';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { networkPolicyCases } from './networkPolicyCases.ts';

const cluster = connect(readConnection(process.env));
const namespace = 'decoding';
const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies?dryRun=All&fieldValidation=Strict`;

beforeAll(() => cluster.createNamespace(namespace));

/** What defaulting decides: directions, and the protocol and port of every entry. */
interface Defaulted {
  readonly policyTypes: readonly unknown[];
  readonly ports: readonly (readonly unknown[])[];
}

function ofServer(object: unknown): Defaulted {
  const ports = ['ingress', 'egress'].flatMap((direction) =>
    listAt(object, 'spec', direction).flatMap((rule) =>
      listAt(rule, 'ports').map((one) => [ownAt(one, 'protocol'), ownAt(one, 'port'), ownAt(one, 'endPort')]),
    ),
  );
  return { policyTypes: listAt(object, 'spec', 'policyTypes'), ports };
}

function ours({ policyTypes, ingress, egress }: NetworkPolicy): Defaulted {
  const portsOf = ({ ports }: PolicyRule): readonly (readonly unknown[])[] =>
    ports.map(({ protocol, port, endPort }) => [protocol, port, endPort]);
  return { policyTypes, ports: [...ingress, ...egress].flatMap(portsOf) };
}

test('no case is there twice', () => {
  const sentences = networkPolicyCases.map(([sentence]) => sentence);
  expect(new Set(sentences).size).toBe(sentences.length);
});

describe('as the API server reads it', () => {
  test.each(networkPolicyCases)('%s: %s', async (_sentence, verdict, spec) => {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'case', namespace },
      spec,
    };
    const answer = await cluster.call('admin', path, { method: 'POST', body: policy });
    expect([201, 400, 422]).toContain(answer.status);
    const text: unknown = JSON.parse(JSON.stringify(policy));
    const decoded = decodeNetworkPolicy(text, { strict: true });
    expect({
      server: answer.status === 201 ? 'accepted' : answer.text,
      bulkhead: decoded.ok ? 'accepted' : decoded.issues,
    }).toEqual(
      verdict === 'accepted'
        ? { server: 'accepted', bulkhead: 'accepted' }
        : { server: expect.stringContaining('"Failure"'), bulkhead: expect.any(Array) },
    );
    if (!decoded.ok) return;
    expect(ours(decoded.value)).toEqual(ofServer(answer.body));
    // What is stored, and sent to webhooks, is the defaulted object: reading that must give the same again.
    const stored = decodeNetworkPolicy(answer.body, { strict: true });
    expect(stored.ok && ours(stored.value)).toEqual(ours(decoded.value));
  });
});

// Converted policies on a real API server, without any webhook: the same verdicts as `bulkhead review` on the same requests.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Type from 'typebox';
import Value from 'typebox/value';
import { capture } from '../cli/capturedTerminal.ts';
import type { ApiAnswer } from '../cluster/apiCall.ts';
import { accessRules } from '../cluster/accessRules.ts';
import { eventually } from '../cluster/eventually.ts';
import { identities } from '../cluster/identities.ts';
import { startApiServerAlone } from './apiServerAlone.ts';
import type { ApiServerAlone } from './apiServerAlone.ts';
import { cases, leaving, namespaces, stored } from './convertCases.ts';
import type { Case } from './convertCases.ts';

const rules = 'policies/tenant-isolation/boundary.yaml';
const config = 'examples/bulkhead.yaml';

/** What the converted policies are about. */
const converted = /^(?:boundary\.|floor\.protected|labels\.|namespace\.(?:unassigned|exempt)|pods\.stamp)/;

let alone: ApiServerAlone;
let folder: string;
let inventory: string;
const before = new Map<string, Record<string, unknown>>();

beforeAll(async () => {
  alone = await startApiServerAlone();
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-convert-'));
  const { cluster } = alone;
  await applied(accessRules);
  await applied(mayDoAnything);
  for (const { path, object } of [...namespaces, ...stored]) {
    const answer = await cluster.call('admin', path, { method: 'POST', body: object });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
  }
  await cluster.call('admin', `/api/v1/namespaces/${leaving}`, { method: 'DELETE' });
  await readStored();
  inventory = join(folder, 'namespaces.json');
  const listed = await cluster.kubectl('admin', ['get', 'namespaces', '-o', 'json']);
  await writeFile(inventory, listed.stdout);
  const { code, stdout } = await capture(['convert', '--to', 'vap', rules, '--config', config]);
  expect(code).toBe(0);
  await applied(stdout);
  await inForce();
}, 180_000);

afterAll(async () => {
  await alone.stop();
  await rm(folder, { recursive: true, force: true });
});

/** RBAC lets everybody through, so that whoever is refused is refused by a policy. */
const mayDoAnything = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'everybody' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
};

async function applied(stdin: unknown): Promise<void> {
  const printed = await alone.cluster.kubectl('admin', ['apply', '-f', '-'], { stdin });
  if (printed.code !== 0) throw new Error(printed.stderr);
}

/** The API server begins to ask a new policy after some seconds; one refusal by each shows that it does. */
async function inForce(): Promise<void> {
  for (const name of [
    'bulkhead-floor',
    'bulkhead-namespace-labels',
    'bulkhead-pod-labels',
    'bulkhead-limit-tenants',
  ]) {
    await eventually(`${name} is in force`, async () => {
      for (const one of cases) if ((await refusedBy(one)).includes(name)) return true;
      return false;
    });
  }
}

async function readStored(): Promise<void> {
  for (const { send } of cases) {
    if (send.operation === 'CREATE') continue;
    const { body } = await alone.cluster.call('admin', send.path);
    before.set(send.path, Value.Parse(Type.Record(Type.String(), Type.Unknown()), body));
  }
}

function storedAt(path: string): Record<string, unknown> {
  const found = before.get(path);
  if (found === undefined) throw new Error(`nothing is stored at ${path}`);
  return found;
}

function call({ who, send }: Case): Promise<ApiAnswer> {
  const { cluster } = alone;
  switch (send.operation) {
    case 'CREATE':
      return cluster.call(who, `${send.path}?dryRun=All`, { method: 'POST', body: send.object });
    case 'UPDATE': {
      const path = send.subresource === undefined ? send.path : `${send.path}/${send.subresource}`;
      return cluster.call(who, `${path}?dryRun=All`, {
        method: 'PUT',
        body: send.change(storedAt(send.path)),
      });
    }
    case 'DELETE':
      return cluster.call(who, `${send.path}?dryRun=All`, { method: 'DELETE' });
  }
}

/** The names of the policies that refuse a request; any other refusal is a mistake of the test. */
async function refusedBy(one: Case): Promise<string> {
  const { status, text } = await call(one);
  if (status < 300) return '';
  if (status === 403 && text.includes('ValidatingAdmissionPolicy')) return text;
  throw new Error(`${one.sentence}: ${status} ${text}`);
}

/** The same request as the API server would put it to a webhook. */
function reviewOf({ who, send }: Case, uid: string): object {
  const parts = send.path.split('/').slice(1);
  const core = parts[0] === 'api';
  const [group, version] = core ? ['', parts[1]] : [parts[1], parts[2]];
  const rest = parts.slice(core ? 2 : 3);
  const inside = rest[0] === 'namespaces' && rest.length > 2;
  const namespace = inside ? rest[1] : undefined;
  const [resource = '', name = '', sub] = inside ? rest.slice(2) : rest;
  const kinds = new Map([
    ['networkpolicies', 'NetworkPolicy'],
    ['namespaces', 'Namespace'],
    ['pods', 'Pod'],
  ]);
  const subResource = send.operation === 'UPDATE' ? send.subresource : sub;
  const object =
    send.operation === 'CREATE'
      ? send.object
      : send.operation === 'UPDATE'
        ? send.change(storedAt(send.path))
        : null;
  const { user, groups } = identities[who];
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid,
      kind: { group, version, kind: subResource === 'binding' ? 'Binding' : kinds.get(resource) },
      resource: { group, version, resource },
      ...(subResource === undefined ? {} : { subResource }),
      name: name === '' ? (object as { metadata: { name: string } }).metadata.name : name,
      ...(namespace === undefined ? {} : { namespace }),
      operation: send.operation,
      userInfo: { username: user, groups: [...groups, 'system:authenticated'] },
      object: withNamespace(object, namespace),
      oldObject: send.operation === 'CREATE' ? null : storedAt(send.path),
      dryRun: true,
    },
  };
}

const withNamespace = (object: object | null, namespace: string | undefined): object | null => {
  if (object === null || namespace === undefined) return object;
  const { metadata } = object as { readonly metadata: object };
  return { ...object, metadata: { ...metadata, namespace } };
};

const line = Type.Object({
  uid: Type.String(),
  violations: Type.Array(Type.Object({ code: Type.String(), action: Type.String() })),
});

/** What Bulkhead refuses of each case, by the codes that are converted. */
async function reviewed(): Promise<ReadonlyMap<string, readonly string[]>> {
  const file = join(folder, 'reviews.json');
  const items = cases.map((one, index) => reviewOf(one, `case-${index}`));
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const known = join(folder, 'configuration.yaml');
  // Bulkhead's own user and namespace, as the conversion assumes them.
  const identity = 'identity: system:serviceaccount:bulkhead-system:bulkhead\n';
  const exempt = 'exemptNamespaces: [kube-system, kube-public, kube-node-lease, bulkhead-system]';
  await writeFile(
    known,
    `${(await readFile(config, 'utf8')).replace(/^tenancy:$/m, `tenancy:\n  ${exempt}`)}${identity}`,
  );
  const args = ['review', file, '--rules', rules, '--inventory', inventory, '--config', known, '-o', 'json'];
  const { stdout, stderr } = await capture(args);
  expect(stderr).toBe('');
  const lines = stdout
    .trim()
    .split('\n')
    .map((text) => Value.Parse(line, JSON.parse(text)));
  expect(lines).toHaveLength(cases.length);
  return new Map(
    lines.map(({ uid, violations }) => [
      uid,
      violations.flatMap(({ code, action }) => (action === 'Deny' && converted.test(code) ? [code] : [])),
    ]),
  );
}

describe('verdicts on the real API server', () => {
  test('are those of bulkhead review on everything that is covered', async () => {
    const byBulkhead = await reviewed();
    const rows = [];
    for (const [index, one] of cases.entries()) {
      const refused = (await refusedBy(one)) !== '';
      rows.push({ one, refused, codes: byBulkhead.get(`case-${index}`) ?? [] });
    }
    const covered = rows.filter(({ one }) => one.covered);
    expect(covered.length).toBeGreaterThanOrEqual(60);
    expect(
      covered.map(({ one, refused }) => `${refused ? 'refused' : 'allowed'} ${one.who}: ${one.sentence}`),
    ).toEqual(
      covered.map(
        ({ one, codes }) => `${codes.length > 0 ? 'refused' : 'allowed'} ${one.who}: ${one.sentence}`,
      ),
    );
    for (const verdict of [true, false])
      expect(covered.filter(({ refused }) => refused === verdict).length).toBeGreaterThan(20);
    for (const { one, refused, codes } of rows.filter((row) => !row.one.covered))
      expect({ sentence: one.sentence, refused, byBulkhead: codes.length > 0 }).toEqual({
        sentence: one.sentence,
        refused: false,
        byBulkhead: true,
      });
    process.stderr.write(
      `${covered.length} requests with equal verdicts, ${covered.filter(({ refused }) => refused).length} of them refused\n`,
    );
  });
});

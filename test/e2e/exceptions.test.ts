// Exceptions on a real API server: who may approve one, what an approved one lets in and where it is named, and what is taken back at its end.
import { beforeAll, expect, test } from '@jest/globals';
import { boundary, home, withHome } from './home.ts';
import { bulkhead } from './product.ts';
import { eventually } from '../cluster/eventually.ts';
import type { IdentityName } from '../cluster/identities.ts';
import type { Printed } from '../cluster/kubectl.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { withPromtool } from '../telemetry/withPromtool.ts';

const { cluster, replicas, apply, tried, stored, until } = withHome(1);
const namespace = 'exceptions-home';
const mark = 'bulkhead.dev/exceptions';
const pathOf = (name: string): string =>
  `/apis/bulkhead.dev/v1alpha1/namespaces/${namespace}/guardrailexceptions/${name}`;
const policyPath = (name: string): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`;
const approvalOf = (object: unknown): unknown => ownAt(object, 'status', 'approval');
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

const exception = (name: string, cidr: string, expiresAt: string, more: object = {}): object => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'GuardrailException',
  metadata: { name, namespace },
  spec: {
    target: { boundaries: ['shut'] },
    allow: { egress: [{ to: [{ ipBlock: { cidr } }] }] },
    category: 'Waiver',
    reason: 'the payment provider is reached directly',
    expiresAt,
    ...more,
  },
});

const inside = { to: [{ namespaceSelector: { matchLabels: { [home]: 'a' } } }] };
const policy = (name: string, cidr: string, more: object = {}): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace },
  spec: {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [inside, { to: [{ ipBlock: { cidr } }] }],
    ...more,
  },
});

const command = (who: IdentityName, ...args: readonly string[]): Promise<Printed> =>
  bulkhead(cluster, who, 'exception', ...args);

/** Writes the approval as kubectl does. */
const patchApproval = (name: string, approval: object, as: readonly string[] = []): Promise<Printed> =>
  cluster.kubectl('admin', [
    ...['patch', 'gex', name, '--namespace', namespace, '--subresource=status', '--type=merge'],
    ...['-p', JSON.stringify({ status: { approval } }), ...as],
  ]);

/** Applied once the copy of the exceptions has caught up. */
const letIn = (object: object): Promise<Printed> =>
  eventually('the policy is let in', async () => {
    const applied = await apply('dev-payments', object, namespace);
    return applied.code === 0 && applied;
  });

/** The value of a series of the metrics. */
async function metric(series: string): Promise<number> {
  const lines = ((await replicas[0]?.metrics()) ?? '').split('\n');
  const line = lines.find((one) => one.startsWith(`${series} `)) ?? '';
  return Number(line.slice(series.length + 1) || NaN);
}
const inState = (state: string): Promise<number> => metric(`bulkhead_exceptions{state="${state}"}`);

beforeAll(async () => {
  await cluster.createNamespace(namespace, { [home]: 'a' });
  expect((await apply('admin', boundary('shut', { egress: [{ to: [{ sameLabels: [home] }] }] }))).code).toBe(
    0,
  );
  await eventually('the Boundary is in force', async () => {
    const { stderr } = await tried('dev-payments', policy('probe', '192.0.2.0/24'), namespace);
    return stderr.includes('boundary "shut"');
  });
}, 60_000);

test('its creator is written by Bulkhead, whatever the manifest says', async () => {
  const forged = exception('forged', '203.0.113.0/24', inSeconds(3_600));
  const annotations = { 'bulkhead.dev/created-by': 'somebody else' };
  expect(
    await apply(
      'dev-payments',
      { ...forged, metadata: { name: 'forged', namespace, annotations } },
      namespace,
    ),
  ).toMatchObject({ code: 0 });
  const creator = stringAt(
    await stored(pathOf('forged')),
    'metadata',
    'annotations',
    'bulkhead.dev/created-by',
  );
  expect(creator).toBe('dev-payments');
});

test.each([
  ['that lasts too long', { expiresAt: inSeconds(91 * 86_400) }, 'at most 90'],
  ['that is over', { expiresAt: inSeconds(-60) }, 'expired already'],
  ['with no reason worth the name', { reason: 'because' }, 'reason'],
])('one %s is refused', async (_, spec, told) => {
  const { code, stderr } = await apply(
    'dev-payments',
    exception('bad', '203.0.113.0/24', inSeconds(60), spec),
    namespace,
  );
  expect(code).toBe(1);
  expect(stderr).toContain(told);
});

test('its author does not approve it: it stays pending and lets nothing in', async () => {
  expect((await apply('admin', exception('own', '203.0.113.0/24', inSeconds(3_600)), namespace)).code).toBe(
    0,
  );
  expect(await command('admin', 'approve', `${namespace}/own`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('admin created it; somebody else must approve it'),
  });
  expect(approvalOf(await stored(pathOf('own')))).toBeUndefined();
  await until('it is told as pending', pathOf('own'), (object) =>
    JSON.stringify(object).includes('"reason":"Pending"'),
  );
  expect((await apply('dev-payments', policy('out', '203.0.113.0/25'), namespace)).code).toBe(1);
});

test('neither does a ServiceAccount of its namespace, nor somebody who is no approver', async () => {
  const account = ['--as', `system:serviceaccount:${namespace}:ci`, '--as-group', 'system:masters'];
  expect((await patchApproval('forged', { state: 'Approved' }, account)).stderr).toContain(
    'is a ServiceAccount of its own namespace',
  );
  expect((await command('dev-orders', 'approve', `${namespace}/forged`)).stderr).toContain('only approvers');
  expect(approvalOf(await stored(pathOf('forged')))).toBeUndefined();
});

test('approved by another, it is used by the next decision and named in it; its spec is what was approved', async () => {
  const before = { pending: await inState('Pending'), active: await inState('Active') };
  const lie = { state: 'Approved', by: 'boss', at: '2020-01-01T00:00:00Z', specHash: 'x' };
  expect((await patchApproval('forged', lie)).code).toBe(0);
  const approval = approvalOf(await stored(pathOf('forged')));
  expect(approval).toMatchObject({
    state: 'Approved',
    by: 'admin',
    specHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(stringAt(approval, 'at')?.slice(0, 4)).not.toBe('2020');
  const { stderr } = await letIn(policy('out', '203.0.113.0/25'));
  expect(stderr).toContain(`exception ${namespace}/forged lets this through until`);
  expect({ pending: await inState('Pending'), active: await inState('Active') }).toEqual({
    pending: before.pending - 1,
    active: before.active + 1,
  });
  const marked = stringAt(await stored(policyPath('out')), 'metadata', 'annotations', mark);
  expect(marked).toMatch(new RegExp(`^${namespace}/forged@[0-9a-f]{16}$`));
  await eventually('the record names it', async () =>
    (await replicas[0]?.printed())?.includes(`"exceptions":["${namespace}/forged"]`),
  );
  expect((await command('admin', 'list', '-n', namespace)).stdout).toMatch(/forged +Active +admin/);
  await until('its Boundary is not proven', '/apis/bulkhead.dev/v1alpha1/boundaries/shut', (object) =>
    JSON.stringify(ownAt(object, 'status') ?? '').includes(`exceptions are active: ${namespace}/forged`),
  );
});

test('nobody else writes the mark of the policy', async () => {
  const plain = { ...policy('plain', '203.0.113.0/25', { egress: [inside] }) };
  const metadata = {
    name: 'plain',
    namespace,
    annotations: { [mark]: `${namespace}/forged@0123456789abcdef` },
  };
  expect((await apply('dev-payments', { ...plain, metadata }, namespace)).code).toBe(0);
  expect(stringAt(await stored(policyPath('plain')), 'metadata', 'annotations', mark)).toBeUndefined();
  await cluster.kubectl('dev-payments', ['annotate', 'netpol', 'out', `${mark}-`, '--namespace', namespace]);
  expect(stringAt(await stored(policyPath('out')), 'metadata', 'annotations', mark)).toContain('/forged@');
});

const isNarrowed = (object: unknown): boolean =>
  listAt(object, 'spec', 'egress').length === 1 &&
  ownAt(object, 'metadata', 'annotations', mark) === undefined;

test('another spec voids it, and the policy that it let in is narrowed back', async () => {
  const changed = await apply(
    'dev-payments',
    exception('forged', '198.51.100.0/24', inSeconds(3_600)),
    namespace,
  );
  expect(changed.stderr).toContain('another spec needs another approval');
  const narrowed = await until('it is narrowed', policyPath('out'), isNarrowed);
  expect(ownAt(narrowed, 'spec', 'egress')).toEqual([inside]);
  await until('it is told as void', pathOf('forged'), (object) =>
    JSON.stringify(object).includes('"reason":"Void"'),
  );
});

test('at its end the policy that it had let in is narrowed back', async () => {
  const ends = inSeconds(15);
  expect((await apply('dev-payments', exception('short', '203.0.113.0/24', ends), namespace)).code).toBe(0);
  // As `exception approve` does, of which a start alone may take seconds of the fifteen.
  const approved = await cluster.call('admin', `${pathOf('short')}/status`, {
    method: 'PATCH',
    body: { status: { approval: { state: 'Approved' } } },
  });
  expect(approved.status).toBe(200);
  await letIn(policy('brief', '203.0.113.0/25'));
  expect(isNarrowed(await stored(policyPath('brief')))).toBe(false);
  const narrowed = await eventually(
    'it is narrowed',
    async () => {
      const object = await stored(policyPath('brief'));
      return isNarrowed(object) && { object };
    },
    60_000,
  );
  expect(Date.now()).toBeGreaterThan(Date.parse(ends));
  expect(ownAt(narrowed.object, 'spec', 'egress')).toEqual([inside]);
  expect((await apply('dev-payments', policy('brief', '203.0.113.0/25'), namespace)).stderr).toContain(
    'boundary "shut"',
  );
  await until('it is told as expired', pathOf('short'), (object) =>
    JSON.stringify(object).includes('"reason":"Expired"'),
  );
}, 120_000);

test('the metrics know how many namespaces there are, and how old that is', async () => {
  const listed = async (): Promise<number> => {
    const { body } = await cluster.call('admin', '/api/v1/namespaces');
    return listAt(body, 'items').length;
  };
  // Counted anew each time, for others may go meanwhile.
  const knowsAll = async (): Promise<boolean> => (await metric('bulkhead_namespaces')) === (await listed());
  await eventually('it knows all', knowsAll, 20_000);
  await cluster.createNamespace(`${namespace}-more`, {});
  await eventually('it knows one more', knowsAll);
  expect(await metric('bulkhead_namespace_cache_age_seconds')).toBeLessThan(60);
});

withPromtool('promtool', (promtool) => {
  test('finds nothing wrong with what a server of a cluster tells', async () => {
    const own = ((await replicas[0]?.metrics()) ?? '')
      .split('\n')
      .filter((line) => line.includes('bulkhead_'));
    expect(own.length).toBeGreaterThan(60);
    expect(await promtool(['check', 'metrics'], `${own.join('\n')}\n`)).toEqual({ code: 0, text: '' });
  });
});

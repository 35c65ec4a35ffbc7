// The pages whose `sh` blocks are typed: each row by one reader, in this order.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../cluster/eventually.ts';
import { installKinds } from '../ownKinds.ts';
import type { Guide } from './guide.ts';
import type { Reader, Went } from './reader.ts';

const kubeconfig = '--kubeconfig ~/.kube/config';
const tenantOf = (name: string, tenant: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'bulkhead.dev/tenant': tenant } },
});

/** Applies objects as the administrator. */
async function apply(reader: Reader, ...objects: readonly object[]): Promise<void> {
  for (const object of objects) {
    const applied = await reader.cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: object });
    if (applied.code !== 0) throw new Error(applied.stderr);
  }
}

/** Types a command that must succeed. */
async function done(reader: Reader, command: string): Promise<Went | undefined> {
  const [went] = await reader.type([{ command, as: 'admin' }]);
  if (went?.status !== 0) throw new Error(`${command}: ${went?.said ?? ''}`);
  return went;
}

/** Bulkhead in front of the cluster, as the reader has it by then, and one denial in its log. */
async function connected(reader: Reader, rules = 'policies/tenant-isolation/boundary.yaml'): Promise<void> {
  const served = await done(reader, `bulkhead serve ${kubeconfig} --rules ${rules} --port 0`);
  const [, url = ''] = /listening on (\S+)/.exec(served?.said ?? '') ?? [];
  await apply(reader, tenantOf('orders-prod', 'orders'));
  await done(reader, `bulkhead webhooks --url ${url} --rules ${rules} | kubectl apply -f -`);
  const isRefused = async (flags: string): Promise<boolean> => {
    const command = `kubectl apply ${flags} --namespace orders-prod -f docs/guides/default-deny/open.yaml`;
    const [went] = await reader.type([{ command, as: 'admin' }]);
    return went?.said.includes('could reach') === true;
  };
  // Without a trace until then: what the API server once let in, kubectl does not send again.
  await eventually('a policy is denied', () => isRefused('--dry-run=server'));
  if (!(await isRefused(''))) throw new Error('a policy that was refused as a dry run was let in');
}

/** The log of a reader that was connected, for pages that only read it. */
async function withLog(reader: Reader): Promise<void> {
  await connected(reader);
  // Written in batches.
  await eventually('the denial is in the log', async () => {
    const [went] = await reader.type([{ command: 'bulkhead audit query --decision denied', as: 'admin' }]);
    return went?.said.includes('orders-prod');
  });
}

const boundaryOf = async (reader: Reader): Promise<void> => {
  await installKinds(reader.cluster);
  const text = await readFile(join(reader.folder, 'policies/tenant-isolation/boundary.yaml'), 'utf8');
  const applied = await reader.cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: text });
  if (applied.code !== 0) throw new Error(applied.stderr);
};

export const readers: readonly (readonly Guide[])[] = [
  // Nothing of theirs is stored in the cluster.
  [
    {
      file: 'examples/README.md',
      refused: { 'review examples/good': '23 denied', 'review examples/tenancy': '4 denied' },
      says: { reach: 'payments-prod' },
    },
    { file: 'docs/configuration.md', says: { 'bulkhead config': '9443' } },
    {
      file: 'docs/suites.md',
      given: (reader) => reader.take('examples/bulkhead.yaml', 'bulkhead.yaml'),
    },
    { file: 'docs/scan.md' },
    {
      file: 'docs/guides/migrating.md',
      given: (reader) => reader.take('policies/external-access', 'rules'),
    },
  ],
  [
    {
      file: 'README.md',
      says: {
        'bulkhead webhooks': 'validatingwebhookconfiguration.admissionregistration.k8s.io/bulkhead created',
      },
    },
  ],
  [
    {
      file: 'docs/getting-started.md',
      refused: { 'kubectl apply -f examples/bad': 'could reach' },
    },
  ],
  [
    {
      file: 'docs/guides/own-rule.md',
      given: (reader) => reader.take('docs/guides/own-rule/manifests', 'manifests'),
      refused: { 'scan manifests': 'boundary.egress' },
    },
  ],
  [
    {
      file: 'docs/guides/default-deny.md',
      given: (reader) =>
        apply(
          reader,
          ...['shop', 'bank'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
        ),
    },
  ],
  [{ file: 'docs/convert.md', says: { convert: 'bulkhead-floor' } }],
  [
    {
      file: 'docs/exceptions.md',
      given: async (reader) => {
        await boundaryOf(reader);
        await apply(reader, tenantOf('payments', 'payments'));
        await connected(reader, 'policies/metadata-endpoints/boundary.yaml');
      },
      by: { 'kubectl apply': 'dev-payments' },
      says: { 'exception approve': 'payments/provider: approved', 'exception list': 'Pending' },
    },
  ],
  [
    {
      file: 'docs/cluster.md',
      given: async (reader) => {
        await boundaryOf(reader);
        await connected(reader, 'policies/metadata-endpoints/boundary.yaml');
        await apply(reader, ...['payments', 'orders', 'old-shop'].map((name) => tenantOf(name, name)));
        await eventually('the names are recorded', async () => {
          const { stdout } = await reader.cluster.kubectl('admin', ['get', 'namespacerecords']);
          return ['payments', 'orders', 'old-shop'].every((name) => stdout.includes(name));
        });
        await done(reader, 'kubectl delete namespace old-shop');
      },
      says: {
        'adopt payments': 'payments: attested bulkhead.dev/tenant=payments',
        'adopt --forget': 'old-shop: forgotten',
        'webhooks --delete': 'ValidatingWebhookConfiguration bulkhead',
      },
    },
  ],
  [
    {
      file: 'docs/guides/reading-a-denial.md',
      given: async (reader) => {
        await withLog(reader);
        await reader.take('examples/bad/03-other-tenant.yaml', 'policy.yaml');
        await reader.take('examples/inventory/namespaces.yaml', 'namespaces.yaml');
        await reader.take('policies/tenant-isolation/boundary.yaml', 'rules/boundary.yaml');
        await reader.take('examples/good/01-tenant-isolated.yaml', 'before.yaml');
        await reader.take('examples/good/02-environments-apart.yaml', 'after.yaml');
      },
      refused: { 'review policy.yaml': 'boundary.ingress' },
      says: { 'audit query': 'could reach' },
    },
    {
      file: 'docs/audit.md',
      reads: async (reader) => {
        const [went] = await reader.type([
          { command: 'bulkhead audit query --decision denied -o json', as: 'admin' },
        ]);
        const [, id = ''] = /"decisionId": *"([^"]+)"/.exec(went?.said ?? '') ?? [];
        return { '019aa6c1-8c1f-7a30-9d55-2f6f0c1f1a20': id };
      },
      says: { 'audit verify': 'intact', 'audit show': 'could reach' },
    },
    { file: 'docs/metrics.md' },
    {
      file: 'docs/replay.md',
      given: async (reader) => {
        await reader.take('policies/tenant-isolation/boundary.yaml', 'draft/boundary.yaml');
        await reader.take('examples/inventory/namespaces.yaml', 'namespaces.yaml');
      },
    },
  ],
];

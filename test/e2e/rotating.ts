// Replicas that keep their certificates in one Secret, behind one address, registered by themselves: what tests of rotations stand on.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { balancer } from './balancer.ts';
import type { Balancer } from './balancer.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { listAt, ownAt, stringAt } from '../../src/k8s/json.ts';
import { read } from '../../src/controllers/certificates/held.ts';
import type { Held } from '../../src/controllers/certificates/held.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { freePorts } from '../cluster/ports.ts';

const leasePath = '/apis/coordination.k8s.io/v1/namespaces/bulkhead-system/leases/bulkhead';
const registrations = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'] as const;

export interface Rotating {
  readonly name: string;
  readonly replicas: readonly Product[];
  /** Starts one more, in a pod of that name, to which calls go from then on. */
  start(pod: string): Promise<Product>;
  /** Ends one without a word; calls go to the others. The name of its pod is free again. */
  kill(replica: Product): Promise<string>;
  /** Ends all of them as Kubernetes does: whoever led gives that back. */
  stopAll(): Promise<void>;
  /** The replica that leads. */
  leader(): Promise<Product>;
  /** What the Secret holds; undefined where it is not there or not good. */
  held(): Promise<Held | undefined>;
  /** Asks for a new authority, as an administrator does. */
  request(): Promise<void>;
  /** Every caBundle that is registered, each once, in PEM; the empty text for a registration that is not there. */
  bundles(): Promise<readonly string[]>;
  /** The fingerprint of the certificate that a replica serves. */
  served(replica: Product): Promise<string>;
  remove(): Promise<void>;
}

/** `settle` is how long each phase lasts at least; a full-length one is 100s. `where`: whose the Secret is. Nothing is started yet. */
export async function rotating(
  cluster: Cluster,
  name: string,
  settle: string,
  where = `secret: bulkhead-system/${name}`,
): Promise<Rotating> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-rotating-'));
  const [port = 0] = await freePorts(1);
  const config = join(folder, 'configuration.yaml');
  await writeFile(
    config,
    `apiVersion: config.bulkhead.dev/v1alpha1
kind: Configuration
tenancy:
  assign: [{ groups: [team-payments], labels: { bulkhead.dev/tenant: payments } }]
webhook: { url: "https://127.0.0.1:${port}", name: ${name} }
certificates: { ${where}, settle: ${settle} }
`,
  );
  const front: Balancer = await balancer(port);
  const replicas: Product[] = [];
  const pods = new Map<Product, string>();
  const spread = (): void => {
    front.to(replicas.map(({ url }) => Number(new URL(url).port)));
  };
  const secretPath = `/api/v1/namespaces/bulkhead-system/secrets/${name}`;
  return {
    name,
    replicas,
    start: async (pod) => {
      const rules = join(import.meta.dirname, 'home', 'base.yaml');
      const replica = await startProduct(cluster, { rules, config, pod });
      replicas.push(replica);
      pods.set(replica, pod);
      spread();
      return replica;
    },
    kill: async (replica) => {
      replicas.splice(replicas.indexOf(replica), 1);
      spread();
      await replica.kill();
      await replica.discard();
      return pods.get(replica) ?? '';
    },
    stopAll: async () => {
      const all = replicas.splice(0);
      spread();
      await Promise.all(all.map((replica) => replica.discard()));
    },
    leader: () =>
      eventually('somebody leads', async () => {
        const { body } = await cluster.call('admin', leasePath);
        const holder = stringAt(body, 'spec', 'holderIdentity') ?? '';
        for (const replica of replicas)
          if (holder !== '' && (await replica.printed()).includes(`leading: ${holder}`)) return replica;
        return undefined;
      }),
    held: async () => read((await cluster.call('admin', secretPath)).body),
    request: async () => {
      const args = ['--namespace', 'bulkhead-system', 'annotate', '--overwrite', 'secret', name];
      const asked = await cluster.kubectl('admin', [...args, `bulkhead.dev/rotate=${Date.now()}`]);
      if (asked.code !== 0) throw new Error(asked.stderr);
    },
    bundles: async () => {
      const group = '/apis/admissionregistration.k8s.io/v1';
      const all = await Promise.all(
        registrations.map((kind) => cluster.call('admin', `${group}/${kind}/${name}`)),
      );
      const found = all.flatMap(({ status, body }) =>
        status === 200
          ? listAt(body, 'webhooks').map((entry) => String(ownAt(entry, 'clientConfig', 'caBundle')))
          : [''],
      );
      return [...new Set(found)].map((bundle) => Buffer.from(bundle, 'base64').toString());
    },
    served: ({ url }) =>
      new Promise((resolve, reject) => {
        const socket = connectTls(
          { host: '127.0.0.1', port: Number(new URL(url).port), rejectUnauthorized: false },
          () => {
            resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
            socket.destroy();
          },
        );
        socket.once('error', reject);
      }),
    remove: async () => {
      await Promise.all(replicas.map((replica) => replica.discard()));
      for (const kind of registrations)
        await cluster.kubectl('admin', ['delete', kind, name, '--ignore-not-found']);
      await cluster.kubectl('admin', [
        ...['--namespace', 'bulkhead-system', 'delete', 'secret', name, '--ignore-not-found'],
      ]);
      await front.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

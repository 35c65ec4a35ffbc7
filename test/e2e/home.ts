// What the tests of controllers stand on: our kinds installed, replicas that are at home, registered for the namespaces of one label.
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { installKinds, removeRules } from './ownKinds.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { listAt, stringAt } from '../../src/k8s/json.ts';
import { connect } from '../cluster/cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import type { IdentityName } from '../cluster/identities.ts';
import type { Printed } from '../cluster/kubectl.ts';

const folder = join(import.meta.dirname, 'home');
/** Guards a namespace that carries it. */
export const home = 'home.example/tenant';

export interface Home {
  readonly cluster: Cluster;
  readonly replicas: readonly Product[];
  readonly apply: (who: IdentityName, object: object, namespace?: string) => Promise<Printed>;
  /** The same, but nothing is stored: what is waited for so can be asked again. */
  readonly tried: (who: IdentityName, object: object, namespace?: string) => Promise<Printed>;
  /** What is stored at a path; undefined where nothing is. */
  readonly stored: (path: string) => Promise<unknown>;
  /** Waits until what is stored at a path is as `claim` has it. */
  readonly until: (what: string, path: string, claim: (object: unknown) => boolean) => Promise<unknown>;
  /** Starts one more replica, which is ended with the others. */
  readonly start: () => Promise<Product>;
}

/** Starts `count` replicas around the tests of a file; the first is registered. */
export function withHome(count: number): Home {
  const cluster = connect(readConnection(process.env));
  const replicas: Product[] = [];
  const options = { rules: join(folder, 'base.yaml'), config: join(folder, 'controllers.yaml') };
  const start = async (): Promise<Product> => {
    const product = await startProduct(cluster, options);
    replicas.push(product);
    return product;
  };
  const stored: Home['stored'] = async (path) => {
    const { status, body } = await cluster.call('admin', path);
    return status === 200 ? body : undefined;
  };
  const applied =
    (...flags: readonly string[]): Home['apply'] =>
    (who, object, namespace = 'default') =>
      cluster.kubectl(who, ['--namespace', namespace, 'apply', ...flags, '-f', '-'], { stdin: object });
  beforeAll(async () => {
    await installKinds(cluster);
    // Namespaces of other files of tests are nobody's here, whichever of them ran before.
    await cluster.kubectl('admin', ['label', 'namespaces', '--selector', home, `${home}-`]);
    for (let index = 0; index < count; index += 1) await start();
    await replicas[0]?.register();
  });
  afterAll(async () => {
    await replicas[0]?.unregister();
    await Promise.all(replicas.map((replica) => replica.discard()));
    await removeRules(cluster);
  });
  return {
    cluster,
    replicas,
    apply: applied(),
    tried: applied('--dry-run=server'),
    stored,
    until: (what, path, claim) =>
      eventually(what, async () => {
        const object = await stored(path);
        return claim(object) && { object };
      }).then(({ object }) => object),
    start,
  };
}

/** A Boundary over the namespaces of these tests. */
export const boundary = (name: string, spec: object, metadata: object = {}): object => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'Boundary',
  metadata: { name, annotations: { 'bulkhead.dev/confirm': name }, ...metadata },
  spec: {
    namespaceSelector: { matchExpressions: [{ key: home, operator: 'Exists' }] },
    floor: { mode: 'Create' },
    ...spec,
  },
});

/** A GuardrailPolicy on new ConfigMaps. */
export const guardrail = (name: string, expression: string): object => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind: 'GuardrailPolicy',
  metadata: { name },
  spec: {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
      ],
    },
    validations: [{ expression }],
  },
});

/** A condition in the status of a rule; undefined where it has none of that type. */
export const condition = (object: unknown, type: string): unknown =>
  listAt(object, 'status', 'conditions').find((one) => stringAt(one, 'type') === type);

export const floorIn = (namespace: string): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/bulkhead-floor`;
export const podIn = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${namespace}/pods/${name}`;

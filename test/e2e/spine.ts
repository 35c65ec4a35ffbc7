// What the tests of the spine stand on: the product, registered in the running control plane, for as long as one test file lasts.
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { ownAt } from '../../src/k8s/json.ts';
import { connect } from '../cluster/cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import type { IdentityName } from '../cluster/identities.ts';
import type { Printed } from '../cluster/kubectl.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';

const folder = join(import.meta.dirname, 'spine');
export const tenant = 'bulkhead.dev/tenant';

export const policiesIn = (namespace: string): string =>
  `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
export const podsIn = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;

export const policy = (name: string, spec: object): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name },
  spec,
});

/** A pod as small as they come; `metadata` and `spec` are added to it. */
export const pod = (name: string, metadata: object = {}, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'app', image: 'registry.example/app:1' }], ...spec },
});

export interface Spine {
  readonly cluster: Cluster;
  /** The running product; only while tests run. */
  readonly product: () => Product;
  /** Starts another one in the place of one that was stopped, and registers that. */
  readonly restart: () => Promise<void>;
  /** `kubectl apply -f -` of one object. */
  readonly apply: (who: IdentityName, namespace: string, object: object) => Promise<Printed>;
  /** What is stored, as the administrator reads it; undefined where nothing is. */
  readonly stored: (path: string) => Promise<unknown>;
}

/** Starts and registers the product around the tests of a file. `before` runs while nobody is asked yet. */
export function withSpine(before: (cluster: Cluster) => Promise<void> = () => Promise.resolve()): Spine {
  const cluster = connect(readConnection(process.env));
  let product: Product | undefined;
  const options = { rules: join(folder, 'boundaries.yaml'), config: join(folder, 'configuration.yaml') };
  const start = async (): Promise<void> => {
    product = await startProduct(cluster, options);
    await product.register();
  };
  beforeAll(async () => {
    await before(cluster);
    await start();
  });
  afterAll(() => product?.remove());
  return {
    cluster,
    product: () => {
      if (product === undefined) throw new Error('the product was not started');
      return product;
    },
    restart: async () => {
      await product?.discard();
      await start();
    },
    apply: (who, namespace, object) =>
      cluster.kubectl(who, ['--namespace', namespace, 'apply', '-f', '-'], { stdin: object }),
    stored: async (path) => {
      const { status, body } = await cluster.call('admin', path);
      return status === 200 ? body : undefined;
    },
  };
}

/** Asserts that kubectl was refused by Bulkhead, and not by RBAC or validation, and that it printed all of `texts`. */
export function expectDenied({ code, stdout, stderr }: Printed, ...texts: readonly string[]): void {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/admission webhook "[a-z0-9.-]+\.bulkhead\.dev" denied the request: /);
  for (const text of texts) expect(stderr).toContain(text);
}

/** The labels of what the API server answered. */
export const labelsOf = (object: unknown): unknown => ownAt(object, 'metadata', 'labels');

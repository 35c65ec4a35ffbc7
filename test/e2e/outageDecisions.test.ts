// What the product decides while its cluster is away: what it knows is decided right, what it would have to ask is an error, and never allowed.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApiServerAlone } from './apiServerAlone.ts';
import type { ApiServerAlone } from './apiServerAlone.ts';
import { cuttable } from './cuttable.ts';
import type { Cuttable } from './cuttable.ts';
import { kubeconfigBy } from './kubeconfigBy.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { review } from './reviewOf.ts';
import type { Reviewed } from './reviewOf.ts';
import { eventually } from '../cluster/eventually.ts';

const folder = join(import.meta.dirname, 'home');
let alone: ApiServerAlone;
let way: Cuttable;
let product: Product;

const label = { 'home.example/tenant': 'a' };

beforeAll(async () => {
  alone = await startApiServerAlone();
  way = await cuttable(alone.port);
  await alone.label('outage-known', label);
  const kubeconfig = await kubeconfigBy(alone.cluster, way.port);
  const cluster = { ...alone.cluster, kubeconfig: () => kubeconfig };
  const config = join(folder, 'configuration.yaml');
  product = await startProduct(cluster, { rules: join(folder, 'limited.yaml'), config });
});
afterAll(async () => {
  await product.discard();
  await way.close();
  await alone.stop();
});

const ask = (namespace: string, cidr: string): Promise<Reviewed> =>
  review(product.url, 'validate', {
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
    resource: 'networkpolicies',
    namespace,
    object: {
      metadata: { name: 'asked', namespace },
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ ipBlock: { cidr } }] }] },
    },
  });
const inside = '10.1.0.0/16';
const outside = '192.0.2.0/24';

/** What holds whatever has become of the cluster, as long as what is known is no older than a minute. */
async function decidesByWhatItKnows(): Promise<void> {
  expect(await ask('outage-known', inside)).toMatchObject({ allowed: true });
  expect(await ask('outage-known', outside)).toMatchObject({
    allowed: false,
    message: expect.stringContaining('boundary "limited"'),
  });
}

/** A namespace that the copy does not know, whether it exists or not, cannot be read: nobody knows whether it is guarded. */
async function errsOnWhatItWouldHaveToAsk(): Promise<void> {
  const asked = [
    ['outage-late', inside],
    ['outage-late', outside],
    ['outage-nowhere', inside],
  ] as const;
  const answers = await Promise.all(
    asked.map(async ([namespace, cidr]) => ({ namespace, ...(await ask(namespace, cidr)) })),
  );
  for (const { namespace, allowed, message } of answers) {
    expect({ allowed, message }).toMatchObject({
      allowed: false,
      message: expect.stringContaining(namespace),
    });
    expect(message).not.toContain('boundary "limited"');
  }
}

test.each<[string, () => Promise<void> | void, () => Promise<void> | void]>([
  ['an etcd that stands still', () => alone.signalEtcd('STOP'), () => alone.signalEtcd('CONT')],
  ['an API server that refuses connections', () => way.close(), () => way.restore()],
  ['an API server that falls silent', () => way.silence(), () => way.restore()],
])(
  '%s: known namespaces are decided right, others are errors, and all is well again',
  async (_sentence, leave, back) => {
    await decidesByWhatItKnows();
    await leave();
    try {
      await decidesByWhatItKnows();
      await errsOnWhatItWouldHaveToAsk();
      // Ready is the truth: what is known is a few seconds old, and what is not is refused.
      expect((await product.readyz()).status).toBe(200);
    } finally {
      await back();
    }
    await eventually('a namespace is read again', async () => {
      const { message } = await ask('outage-nowhere', inside);
      return !message.includes('could not be read');
    });
    await decidesByWhatItKnows();
  },
);

test('a namespace that came and one that changed hands while the API server was away and restarted', async () => {
  await way.close();
  await alone.label('outage-late', label);
  await alone.label('outage-known', { 'home.example/tenant': null });
  await alone.restart();
  await way.restore();
  await eventually('the one that came is guarded', async () => {
    const [within, beyond] = [await ask('outage-late', inside), await ask('outage-late', outside)];
    return within.allowed && !beyond.allowed && beyond.message.includes('boundary "limited"');
  });
  await eventually('the other is no more', async () => (await ask('outage-known', outside)).allowed);
});

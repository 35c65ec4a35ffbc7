// docs/guides/default-deny.md in a real control plane: audited and open while Bulkhead is away, then Deny. (No network plugin: what is closed is told by `diff`.)
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from '../cluster/cluster.ts';
import { readConnection } from '../cluster/connection.ts';
import { eventually } from '../cluster/eventually.ts';
import type { Printed } from '../cluster/kubectl.ts';
import { startProduct } from './product.ts';
import type { Product } from './product.ts';
import { expectDenied, policiesIn, policy, tenant } from './spine.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs', 'guides');
const files = join(docs, 'default-deny');
const config = join(import.meta.dirname, 'spine', 'configuration.yaml');
const cluster = connect(readConnection(process.env));
let folder: string;
let product: Product | undefined;

/** As the guide does it: the namespace is said on the command line. */
const apply = (file: string, ...flags: readonly string[]): Promise<Printed> =>
  cluster.kubectl('admin', ['apply', ...flags, '-f', join(files, file)]);
const open = (): Promise<Printed> => apply('open.yaml', '--namespace', 'shop');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-guide-'));
  for (const name of ['shop', 'bank']) await cluster.createNamespace(name, { [tenant]: name });
});

afterAll(async () => {
  await product?.remove();
  await rm(folder, { recursive: true, force: true });
});

test('steps 3 to 5: while it audits everything is admitted, and told in the log', async () => {
  product = await startProduct(cluster, { rules: join(files, 'boundary.yaml'), config });
  await product.register();
  expect(await open()).toMatchObject({ code: 0 });
  expect(await apply('planned/policies.yaml')).toMatchObject({ code: 0 });
  expect(await apply('planned/floors.yaml')).toMatchObject({ code: 0 });
  const [told] = await product.decided(({ resource }) => resource.name === 'everything-for-now');
  expect(told).toMatchObject({ decision: 'allowed' });
  expect(await product.printed()).toContain('boundary.egress');
});

test('step 3: with the sed of the guide nothing is refused while it is away', async () => {
  const guide = await readFile(join(docs, 'default-deny.md'), 'utf8');
  const [, from = '', to = ''] = /sed 's\/(failurePolicy[^/]+)\/([^/]+)\/'/.exec(guide) ?? [];
  for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration']) {
    const { stdout } = await cluster.kubectl('admin', ['get', kind, 'bulkhead', '-o', 'yaml']);
    expect(stdout).toContain(from);
    const replaced = await cluster.kubectl('admin', ['replace', '-f', '-'], {
      stdin: stdout.replaceAll(from, to),
    });
    expect(replaced).toMatchObject({ code: 0 });
  }
  await product?.kill();
  // With the old registration in its copy the API server refuses, for nobody answers.
  await eventually('the API server has read the registration', async () => {
    const path = `${policiesIn('shop')}?dryRun=All`;
    const body = policy('asked', { podSelector: {} });
    return (await cluster.call('admin', path, { method: 'POST', body })).status === 201;
  });
  const { status } = await cluster.call('admin', `${policiesIn('shop')}/everything-for-now`, {
    method: 'DELETE',
  });
  expect(status).toBe(200);
  expect(await open()).toMatchObject({ code: 0 });
  await product?.remove();
});

test('step 6: with Deny the switch stays where it is, and the policies of the teams pass', async () => {
  const audited = await readFile(join(files, 'boundary.yaml'), 'utf8');
  const denying = audited
    .replace(/^ {2}(?:onExcess|otherPolicies): .*\n/gm, '')
    .replace(/^ {2}pods:\n(?: {4}.*\n)+/m, '');
  expect(denying.replace(/^#.*$/gm, '').match(/Audit/g)).toHaveLength(1);
  const rules = join(folder, 'boundary.yaml');
  await writeFile(rules, denying);
  product = await startProduct(cluster, { rules, config });
  await product.register();
  await cluster.kubectl('admin', ['delete', 'networkpolicy', 'everything-for-now', '--namespace', 'shop']);
  expectDenied(
    await open(),
    'NetworkPolicy shop/everything-for-now allows more than boundary "tenants" does',
  );
  await cluster.kubectl('admin', ['delete', 'networkpolicy', 'web', 'db', '--namespace', 'shop']);
  expect(await apply('planned/policies.yaml')).toMatchObject({ code: 0 });
});

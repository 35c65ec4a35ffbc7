// What the pods read: the product itself accepts the configuration and the rules that the chart renders.
import { expect, test } from '@jest/globals';
import { at, only } from './helm.ts';
import type { Values } from './helm.ts';
import { readConfiguration, readRules } from './readBack.ts';
import { tenants } from './values.ts';
import { withHelm } from './withHelm.ts';

withHelm('the configuration', (helm) => {
  test.each([
    ['the default values', {}],
    ['values with Boundaries', tenants],
    ['cert-manager', { certificates: { mode: 'certManager' } }],
  ])('Bulkhead accepts what is rendered from %s', async (_sentence, values: Values) => {
    expect(readConfiguration(await helm.render(values))).toMatchObject({
      kind: 'Configuration',
      server: { port: 8443 },
      webhook: { service: 'bulkhead/bulkhead' },
    });
  });

  test('the own namespace is exempt beside the configured ones', async () => {
    expect(readConfiguration(await helm.render(tenants, 'walls')).tenancy.exemptNamespaces).toEqual([
      'kube-system',
      'monitoring',
      'walls',
    ]);
  });

  test('Bulkhead accepts the Boundaries that are rendered', async () => {
    const names = readRules(await helm.render(tenants)).ruleSet.boundaries.map(({ name }) => name);
    expect(names).toEqual(['production', 'tenants']);
  });

  test('every rule file is mounted under rules/', async () => {
    const rendered = await helm.render({ ...tenants, rules: { 'more.yaml': 'kind: X\n' } });
    const data = at(only(rendered, 'ConfigMap', 'bulkhead-rules'), 'data');
    expect(Object.keys(Object(data) as object).sort()).toEqual(['boundaries.yaml', 'more.yaml']);
    const volumes = at(only(rendered, 'Deployment'), 'spec', 'template', 'spec', 'volumes');
    expect(at(volumes, 0, 'projected', 'sources', 1, 'configMap', 'items')).toEqual([
      { key: 'boundaries.yaml', path: 'rules/boundaries.yaml' },
      { key: 'more.yaml', path: 'rules/more.yaml' },
    ]);
  });

  test.each<[string, Values, string]>([
    ['an unknown value', { replicas: 3 }, "additional properties 'replicas' not allowed"],
    ['no replica', { replicaCount: 0 }, '/replicaCount'],
    [
      'a Boundary without a selector',
      { boundaries: { a: { floor: { mode: 'Audit' } } } },
      'namespaceSelector',
    ],
    [
      'a field that a Boundary does not have',
      { boundaries: { a: { namespaceSelector: {}, floor: { mode: 'Audit' }, egres: [] } } },
      "'egres' not allowed",
    ],
    [
      'a Boundary whose name is none',
      { boundaries: { A_: { namespaceSelector: {}, floor: { mode: 'Audit' } } } },
      'A_',
    ],
    [
      'a setting that does not exist',
      { configuration: { tenancy: { tenant: 'x' } } },
      "'tenant' not allowed",
    ],
    [
      "a setting that is the chart's own",
      { configuration: { webhook: { url: 'https://a' } } },
      "'webhook' not allowed",
    ],
    ['a certificate mode that does not exist', { certificates: { mode: 'none' } }, '/certificates/mode'],
    ['a digest that is none', { image: { repository: 'a', digest: 'latest' } }, '/image/digest'],
    ['a rule file over the Boundaries', { rules: { 'boundaries.yaml': '' } }, 'boundaries.yaml'],
  ])('refuses %s', async (_sentence, values, message) => {
    await expect(helm.render(values)).rejects.toThrow(message);
  });
});

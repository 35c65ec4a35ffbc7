/** The rule library: every pack tells what it is for, all packs load together, and together they only ever refuse more. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { runSuite } from '../../src/authoring/suite/runSuite.ts';
import { findSuites, loadSuite } from '../../src/cli/test/loading.ts';
import { stringAt } from '../../src/k8s/json.ts';
import { silentTerminal } from '../cli/silentTerminal.ts';
import { clusterWith, configAt, decide, documentsAt, loadExamples, valueOf } from './decided.ts';

const packs = readdirSync('policies', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const whole = await documentsAt('policies');

test('there are packs', () => expect(packs.length).toBeGreaterThan(10));

describe.each(packs)('%s', (pack) => {
  const readme = `policies/${pack}/README.md`;

  test('has a suite, and a README with what it stops, its limits and the controls that it serves', () => {
    expect(existsSync(`policies/${pack}/suite.yaml`)).toBe(true);
    const titles = [...readFileSync(readme, 'utf8').matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      'Rules',
      'What it stops',
      'To adopt it',
      'Known limits',
      'Controls that it serves',
    ]);
  });

  test('its README names every rule, and the list of packs names it', async () => {
    const text = readFileSync(readme, 'utf8');
    const names = (await documentsAt(`policies/${pack}`)).flatMap(({ value }) =>
      stringAt(value, 'kind') === 'Suite' ? [] : [stringAt(value, 'metadata', 'name')],
    );
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !text.includes(`\`${name ?? ''}\``))).toEqual([]);
    expect(readFileSync('policies/README.md', 'utf8')).toContain(`| [${pack}](${pack}/)`);
  });
});

describe('all of policies/ at once', () => {
  test.each([
    ['without a configuration', undefined],
    ['with examples/bulkhead.yaml', 'examples/bulkhead.yaml'],
  ])('loads without a warning %s', async (_, config) => {
    const { rules } = await clusterWith(whole, await configAt(config));
    expect(rules.guardrails.all.length).toBeGreaterThan(10);
    expect(rules.guardrails.warnings()).toEqual([]);
  });

  test('allows everything in examples/good, and to an administrator everything in examples/workloads', async () => {
    const cluster = await clusterWith(whole, await configAt('examples/bulkhead.yaml'));
    const decided = [
      ...decide(await documentsAt('examples/good'), cluster),
      ...decide(await documentsAt('examples/workloads'), cluster, ['system:masters']),
    ];
    expect(decided.length).toBeGreaterThan(15);
    expect(decided.flatMap(({ file, allowed, codes }) => (allowed ? [] : [[file, codes]]))).toEqual([]);
  });

  test('refuses whatever a suite of one pack expects to be refused', async () => {
    const { suites } = await findSuites(['policies'], silentTerminal);
    expect(suites).toHaveLength(packs.length);
    for (const suite of suites) {
      const inputs = valueOf((await loadSuite(suite, silentTerminal)).inputs);
      const { cases, issues } = runSuite({ ...inputs, rules: whole });
      expect([suite.document.file, issues]).toEqual([suite.document.file, []]);
      const refused = cases.filter(({ inputs: { case: one } }) => one.expect?.decision === 'denied');
      expect(refused.length).toBeGreaterThan(3);
      const allowed = refused.filter(({ outcome }) => outcome?.decision.allowed !== false);
      expect(allowed.map(({ name }) => name)).toEqual([]);
    }
  }, 60_000);
});

test('what is served without rules is tenant isolation alone', async () => {
  const { rules } = await loadExamples();
  expect(rules.ruleSet.boundaries.map(({ name }) => name)).toEqual(['sensitive', 'tenants']);
  expect(rules.guardrails.all).toEqual([]);
});

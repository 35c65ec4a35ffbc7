/** `bulkhead test` at the command line: what it finds, how it ends, what it rewrites, when it runs again. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pooled } from '../../../src/cli/test/pool.ts';
import { watching } from '../../../src/cli/test/watch.ts';
import { capture } from '../capturedTerminal.ts';
import { silentTerminal } from '../silentTerminal.ts';

const rules = `apiVersion: bulkhead.dev/v1alpha1
kind: Boundary
metadata: { name: tenants }
spec:
  namespaceSelector: { matchExpressions: [{ key: tenant, operator: Exists }] }
  floor: { mode: Create }
  ingress: [{ from: [{ sameLabels: [tenant] }] }]
`;

const suite = `# Who may come in.
apiVersion: test.bulkhead.dev/v1alpha1
kind: Suite
rules: [rules.yaml]
inventory:
- { apiVersion: v1, kind: Namespace, metadata: { name: a, labels: { tenant: a } } }
tests:
# The first.
- name: from anywhere
  object:
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata: { name: open, namespace: a }
    spec: { podSelector: {}, ingress: [{}] }
  expect:
    decision: allowed # wrongly
    # none of them
    violations: []
- name: from nowhere
  object: { apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: shut, namespace: a }, spec: { podSelector: {} } }
  expect: { decision: allowed }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-suites-'));
  writeFileSync(join(folder, 'rules.yaml'), rules);
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const ran = async (...argv: readonly string[]): Promise<readonly [number, string, string]> => {
  const { code, stdout, stderr } = await capture(['test', ...argv]);
  return [code, stdout.replaceAll(folder, '.'), stderr.replaceAll(folder, '.')];
};

describe('a failing case', () => {
  beforeEach(() => void write('suite.yaml', suite));

  test('is told with its place, the difference and the flow; the exit code is 1', async () => {
    const [code, stdout] = await ran(folder);
    expect(code).toBe(1);
    expect(stdout).toContain('failed ./suite.yaml:9:3 from anywhere');
    expect(stdout).toContain('decision: expected allowed, is denied: spec.ingress[0] from anywhere');
    expect(stdout).toMatch(/witness: \S+ -> a\/any-pod on TCP 80, opened by spec\.ingress\[0\]/);
    expect(stdout).toContain('violations: not expected: boundary.ingress of "tenants" at /spec/ingress/0');
    expect(stdout).toMatch(/1 failed, 1 passed in 1 suite\n$/);
  });

  test('in JSON, JUnit and for GitHub', async () => {
    const [, json] = await ran(folder, '-o', 'json');
    expect(JSON.parse(json)).toMatchObject({
      suites: [
        {
          cases: [
            { name: 'from anywhere', passed: false, decision: 'denied', line: 9 },
            { name: 'from nowhere', passed: true, differences: [] },
          ],
        },
      ],
    });
    const [, junit] = await ran(folder, '-o', 'junit');
    expect(junit).toContain('<testsuites name="bulkhead test" tests="2" failures="1" errors="0">');
    const [, github] = await ran(folder, '-o', 'github');
    expect(github).toMatch(
      /^::error file=\.\/suite\.yaml,line=9,col=3,title=from anywhere::decision: expected allowed/,
    );
  });

  test('is left out by --run, which has to match something and to be an expression', async () => {
    expect((await ran(folder, '--run', 'nowhere'))[0]).toBe(0);
    expect(await ran(folder, '--run', 'elsewhere')).toEqual([
      2,
      expect.anything(),
      expect.stringContaining('no case matches --run elsewhere'),
    ]);
    expect((await ran(folder, '--run', '('))[2]).toContain('no regular expression');
  });

  test('is made true by --update, which keeps comments and all the rest', async () => {
    const [code, stdout] = await ran(folder, '--update');
    expect([code, stdout]).toEqual([0, expect.stringContaining('wrote  ./suite.yaml')]);
    const after = readFileSync(at('suite.yaml'), 'utf8');
    for (const kept of [
      '# Who may come in.',
      '# The first.',
      '# wrongly',
      '# none of them',
      'ingress: [{}]',
      '- name: from nowhere',
    ])
      expect(after).toContain(kept);
    expect(after).toMatch(/decision: denied # wrongly/);
    // Not a character more than that.
    expect(
      after
        .replace('denied # wrongly', 'allowed # wrongly')
        .replace(
          'violations: [{ rule: tenants, code: boundary.ingress, field: /spec/ingress/0 }]',
          'violations: []',
        ),
    ).toBe(suite);
    expect((await ran(folder, '--update'))[0]).toBe(0);
    expect(readFileSync(at('suite.yaml'), 'utf8')).toBe(after);
  });

  const block = '  expect:\n    decision: allowed # wrongly\n    # none of them\n    violations: []\n';
  const wanted = '{ rule: tenants, code: boundary.ingress, field: /spec/ingress/0 }';
  test.each<[string, string, string]>([
    ['that was not there', '', `  expect: { decision: denied, violations: [${wanted}] }\n`],
    ['that is empty', '  expect: {}\n', `  expect: { decision: denied, violations: [${wanted}] }\n`],
    ['in flow style', '  expect: { decision: allowed }\n', '  expect: { decision: denied }\n'],
    [
      'of fields that the object has none of',
      '  expect: { patched: { metadata: { labels: { a: b } } } }\n',
      '  expect: { patched: false }\n',
    ],
    [
      'of fields that the object has some of',
      '  expect: { patched: { metadata: { name: a, labels: { a: b } }, spec: { podSelector: {} } } }\n',
      '  expect: { patched: { metadata: { name: open }, spec: { podSelector: {} } } }\n',
    ],
    [
      'without one of its fields',
      '  expect: { violations: [] }\n',
      `  expect: { violations: [${wanted}] }\n`,
    ],
    [
      'with a list in block style',
      '  expect:\n    violations:\n    - rule: other\n    decision: denied\n',
      `  expect:\n    violations: [${wanted}]\n    decision: denied\n`,
    ],
    [
      'with a list below a comment',
      '  expect:\n    violations: # all\n    - rule: other # why\n    decision: denied\n',
      `  expect:\n    violations: # all\n      [${wanted}] # why\n    decision: denied\n`,
    ],
  ])('an expectation %s is written so that it can be read again', async (_, from, to) => {
    write('suite.yaml', suite.replace(block, from));
    expect((await ran(folder, '--update'))[0]).toBe(0);
    expect(readFileSync(at('suite.yaml'), 'utf8')).toBe(suite.replace(block, to));
  });

  test('a suite in JSON stays JSON', async () => {
    const object = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'o', namespace: 'a' },
      spec: { podSelector: {}, ingress: [{}] },
    };
    const value = {
      apiVersion: 'test.bulkhead.dev/v1alpha1',
      kind: 'Suite',
      rules: ['rules.yaml'],
      inventory: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', labels: { tenant: 'a' } } }],
      tests: [{ name: 'open', object }],
    };
    rmSync(at('suite.yaml'));
    write('suite.json', JSON.stringify(value, undefined, 2));
    expect((await ran(folder, '--update'))[0]).toBe(0);
    expect(JSON.parse(readFileSync(at('suite.json'), 'utf8'))).toMatchObject({
      tests: [{ expect: { decision: 'denied' } }],
    });
  });

  test('coverage below its threshold fails, removals that nobody misses fail', async () => {
    await ran(folder, '--update');
    expect((await ran(folder, '--coverage-threshold', '10'))[0]).toBe(0);
    const [code, stdout] = await ran(folder, '--coverage-threshold', '100');
    expect(code).toBe(1);
    expect(stdout).toMatch(/coverage: \d+ % \(\d of 4 rules, limits and branches\)/);
    const [removed, told] = await ran(folder, '--removals');
    expect(removed).toBe(1);
    expect(told).toContain(
      'rules.yaml:7:13 /spec/ingress/0 can be removed, and every case of ./suite.yaml passes',
    );
  });
});

describe('what cannot be run ends with 2', () => {
  const one = (head: string): string =>
    `apiVersion: test.bulkhead.dev/v1alpha1\nkind: Suite\n${head}\ntests: [{ name: a, object: { apiVersion: v1, kind: Pod, metadata: { name: p } } }]\n`;

  test.each<[string, () => string, string]>([
    ['a file that is not there', () => at('no.yaml'), 'there is no such file'],
    ['a directory without a suite', () => folder, 'this directory holds no Suite'],
    ['a file without a suite', () => at('rules.yaml'), 'holds no Suite'],
    [
      'an absolute path',
      () => write('s.yaml', one('rules: [/etc]')),
      's.yaml:3:9: /rules/0: "/etc" is not relative',
    ],
    [
      'a broken suite',
      () => write('s.yaml', 'apiVersion: test.bulkhead.dev/v1alpha1\nkind: Suite\nrules: [\n'),
      's.yaml:4:1',
    ],
  ])('%s', async (_, path, message) => {
    const [code, , stderr] = await ran(path());
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('rules that are not there are told at the path in the suite', async () => {
    const [code, stdout] = await ran(write('s.yaml', one('rules: [../no/rules]')));
    expect([code, stdout]).toEqual([
      2,
      expect.stringContaining('./s.yaml:3:9: /rules/0: ../no/rules: there is no such file or directory'),
    ]);
  });

  test('a suite does not leave its repository, not by dots and not by a link', async () => {
    mkdirSync(at('repository/.git'), { recursive: true });
    symlinkSync(at('rules.yaml'), at('repository/link.yaml'));
    for (const path of ['../rules.yaml', 'link.yaml']) {
      const [code, stdout] = await ran(write('repository/s.yaml', one(`rules: [${path}]`)));
      expect([code, stdout]).toEqual([
        2,
        expect.stringContaining(`${path} leaves the repository that this suite is in`),
      ]);
    }
    mkdirSync(at('repository/deep'));
    write('repository/rules.yaml', rules);
    expect((await ran(write('repository/deep/s.yaml', one('rules: [../rules.yaml]'))))[1]).not.toContain(
      'leaves',
    );
  });

  test('a file with several documents is no object', async () => {
    write('two.yaml', 'a: 1\n---\nb: 2\n');
    const text = one('rules: [rules.yaml]').replace(/object: \{.*?\} \}/, 'object: two.yaml');
    expect((await ran(write('s.yaml', text)))[1]).toContain('two.yaml holds several documents');
  });
});

test('suites are told in the order of their files, whatever is read first', async () => {
  for (const name of ['c', 'a', 'b']) write(`${name}.yaml`, suite);
  const [, stdout] = await ran(folder, '--run', 'nowhere', '--jobs', '3');
  expect(stdout.match(/[abc]\.yaml/g)).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
  const slowFirst = await pooled([30, 1, 10], 2, async (millis) => {
    await pause(millis);
    return millis;
  });
  expect(slowFirst).toEqual([30, 1, 10]);
});

test('watching: runs again on a change and ends at an interrupt', async () => {
  write('suite.yaml', suite);
  let interrupt: (signal: 'SIGINT') => void = () => undefined;
  let runs = 0;
  const done = watching(
    [at('suite.yaml')],
    () => {
      runs += 1;
      // The change and the interrupt come once the watchers are there.
      if (runs === 1) void pause(200).then(() => write('rules.yaml', `${rules}# changed\n`));
      else void pause(50).then(() => interrupt('SIGINT'));
      return Promise.resolve({ code: 0, files: [at('rules.yaml')] });
    },
    { ...silentTerminal, takeSignals: (handler) => void (interrupt = handler) },
  );
  expect(await done).toBe(0);
  expect(runs).toBe(2);
}, 20_000);

/**
 * Mutation testing of the splitter, the sets under it, selectors and CIDRs: `node test/mutation/run.ts [FILE…]`. Works on a copy in a
 * temporary directory, never on the tree itself. Prints each mutant that no test notices, then the score.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutantsOf } from './mutants.ts';
import type { Mutant } from './mutants.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Each file with the tests that are answerable for it. */
const targets: Readonly<Record<string, readonly string[]>> = {
  'src/netpol/cover.ts': ['test/netpol/cover.test.ts', 'test/netpol/box.test.ts'],
  'src/netpol/box.ts': ['test/netpol/box.test.ts'],
  'src/netpol/cube.ts': ['test/netpol/cube.test.ts', 'test/netpol/box.test.ts'],
  'src/netpol/valueSet.ts': ['test/netpol/valueSet.test.ts'],
  'src/netpol/ranges.ts': ['test/netpol/ranges.test.ts'],
  'src/netpol/connections.ts': ['test/netpol/connections.test.ts'],
  'src/netpol/ipBlock.ts': ['test/netpol/ipBlock.test.ts'],
  'src/k8s/labelSelector.ts': ['test/k8s/labelSelector.test.ts', 'test/netpol/cube.test.ts'],
  'src/k8s/cidr.ts': ['test/k8s/cidr.test.ts'],
};

/** A mutant that takes longer than this is noticed: it loops. */
const mostMilliseconds = 40_000;

function score(file: string): { readonly killed: number; readonly all: number } {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  const tests = targets[file] ?? [];
  if (tests.length === 0) throw new Error(`${file} is no target; know ${Object.keys(targets).join(', ')}`);
  if (!passes(tests)) throw new Error(`${file}: its tests fail without any mutant`);
  const mutants = mutantsOf(text, file);
  let killed = 0;
  for (const mutant of mutants) {
    writeFileSync(path, text.slice(0, mutant.start) + mutant.replacement + text.slice(mutant.end));
    if (passes(tests)) process.stdout.write(`survived: ${describe(file, mutant)}\n`);
    else killed += 1;
  }
  writeFileSync(path, text);
  process.stdout.write(`${file}: ${killed} of ${mutants.length} noticed\n`);
  return { killed, all: mutants.length };
}

const describe = (file: string, { line, original, replacement }: Mutant): string =>
  `${file}:${line}: ${original.replaceAll(/\s+/g, ' ').slice(0, 60)} -> ${replacement.slice(0, 60)}`;

function passes(tests: readonly string[]): boolean {
  const jest = join(copy, 'node_modules/jest/bin/jest.js');
  const options = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    '--bail',
    '--runInBand',
    ...tests,
  ];
  const run = spawnSync(process.execPath, options, { cwd: copy, stdio: 'ignore', timeout: mostMilliseconds });
  return run.status === 0;
}

const wanted = process.argv.slice(2);
const files = wanted.length === 0 ? Object.keys(targets) : wanted;
const copy = mkdtempSync(join(tmpdir(), 'bulkhead-mutation-'));
try {
  for (const part of ['src', 'test', 'package.json', 'jest.config.js', 'docs/ARCHITECTURE.md']) {
    cpSync(join(root, part), join(copy, part), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const scores = files.map((file) => score(file));
  const killed = scores.reduce((sum, one) => sum + one.killed, 0);
  const all = scores.reduce((sum, one) => sum + one.all, 0);
  process.stdout.write(`all: ${killed} of ${all} noticed, ${((100 * killed) / all).toFixed(1)} %\n`);
} finally {
  rmSync(copy, { recursive: true, force: true });
}

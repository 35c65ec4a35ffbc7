/**
 * Mutation testing of the splitter, the sets under it, selectors and CIDRs: `node test/mutation/run.ts [FILE…]`. The tree itself stays as it
 * is: a mutant is put in as its file is loaded (trial.ts). Prints each mutant that no test notices, then the score.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
const mostMilliseconds = 45_000;

function score(file: string): { readonly killed: number; readonly all: number } {
  const text = readFileSync(join(root, file), 'utf8');
  const tests = targets[file] ?? [];
  if (tests.length === 0) throw new Error(`${file} is no target; know ${Object.keys(targets).join(', ')}`);
  if (!passes(tests, file)) throw new Error(`${file}: its tests fail without any mutant`);
  const mutants = mutantsOf(text, file);
  let killed = 0;
  for (const mutant of mutants) {
    if (passes(tests, file, mutant)) process.stdout.write(`survived: ${describe(file, mutant)}\n`);
    else killed += 1;
  }
  process.stdout.write(`${file}: ${killed} of ${mutants.length} noticed\n`);
  return { killed, all: mutants.length };
}

const describe = (file: string, { line, original, replacement }: Mutant): string =>
  `${file}:${line}: ${original.replaceAll(/\s+/g, ' ').slice(0, 60)} -> ${replacement.slice(0, 60)}`;

function passes(tests: readonly string[], file: string, mutant?: Mutant): boolean {
  const { start, end, replacement } = mutant ?? { start: -1, end: -1, replacement: '' };
  const trial = ['test/mutation/trial.ts', file, String(start), String(end), replacement, ...tests];
  const run = spawnSync(process.execPath, trial, { cwd: root, stdio: 'ignore', timeout: mostMilliseconds });
  return run.status === 0;
}

const wanted = process.argv.slice(2);
const files = wanted.length === 0 ? Object.keys(targets) : wanted;
const scores = files.map((file) => score(file));
const killed = scores.reduce((sum, one) => sum + one.killed, 0);
const all = scores.reduce((sum, one) => sum + one.all, 0);
process.stdout.write(`all: ${killed} of ${all} noticed, ${((100 * killed) / all).toFixed(1)} %\n`);

// Tests that need Prometheus' promtool: they run where there is one, and where there must be one its absence is a failure.
import { spawn } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { findPromtool } from '../cluster/assets.ts';

export interface Printed {
  readonly code: number | null;
  readonly text: string;
}

/** Runs promtool with something on its standard input. */
export type Promtool = (args: readonly string[], stdin?: string) => Promise<Printed>;

const found = await findPromtool(process.env);

const promtoolAt =
  (file: string): Promtool =>
  (args, stdin = '') =>
    new Promise((resolve, reject) => {
      const child = spawn(file, args, { stdio: 'pipe' });
      let text = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => (text += String(chunk)));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, text }));
      child.stdin.end(stdin);
    });

/** Declares such tests. Without promtool one test says loudly that they did not run; under BULKHEAD_REQUIRE_CLUSTER=1 it fails. */
export function withPromtool(name: string, declare: (promtool: Promtool) => void): void {
  if (found !== undefined) {
    const promtool = promtoolAt(found);
    describe(name, () => {
      declare(promtool);
    });
    return;
  }
  test(`${name}: NOT TESTED, there is no promtool`, () => {
    process.stderr.write(`!!! ${name}: SKIPPED, THERE IS NO PROMTOOL. npm run cluster:build -- --promtool\n`);
    expect(process.env['BULKHEAD_REQUIRE_CLUSTER']).not.toBe('1');
  });
}

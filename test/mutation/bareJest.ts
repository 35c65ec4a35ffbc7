/** Just enough of Jest to run a pure test file in a bare process: a mutant has to be tried in a fraction of the time that Jest needs to start. */
import { expect } from 'expect';

export { expect };

type Body = (...row: readonly never[]) => void | Promise<void>;
const tests: (() => void | Promise<void>)[] = [];

export function describe(_name: string, body: () => void): void {
  body();
}
export function test(_name: string, body: Body): void {
  tests.push(() => body());
}

const rowsOf = (table: readonly unknown[]): readonly (readonly never[])[] =>
  table.map((row): readonly never[] => (Array.isArray(row) ? (row as unknown) : [row]) as readonly never[]);

describe.each =
  (table: readonly unknown[]) =>
  (_name: string, body: Body): void => {
    for (const row of rowsOf(table)) void body(...row);
  };
test.each =
  (table: readonly unknown[]) =>
  (_name: string, body: Body): void => {
    for (const row of rowsOf(table)) tests.push(() => body(...row));
  };

/** Runs everything that was declared, up to the first failure, which it throws. */
export async function runAll(): Promise<void> {
  if (tests.length === 0) throw new Error('no test was declared');
  for (const one of tests) await one();
}

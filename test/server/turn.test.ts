/** What comes in one turn of the event loop: in which order it is worked on, and that nothing of it is lost. */
import { execFile } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { Turn } from '../../src/server/turn.ts';

/**
 * A turn whose steps are written down; what is taken departs at once, and is made its own name in capitals. Its clock stands still, but for what
 * is "slow": taking that lasts longer than a turn may.
 */
function watched(): { readonly turn: Turn<string, string, string>; readonly seen: string[] } {
  const seen: string[] = [];
  let millis = 0;
  const turn: Turn<string, string, string> = new Turn(
    {
      take: (name: string) => {
        seen.push(name);
        if (name === 'slow') millis += 5;
        turn.depart(name);
      },
      make: (name: string) => {
        seen.push(`${name}+`);
        return name.toUpperCase();
      },
      send: (name: string) => {
        seen.push(name);
      },
    },
    () => millis,
  );
  return { turn, seen };
}

test('all that came is taken before any of it is made, and all is made before any of it is sent', async () => {
  const { turn, seen } = watched();
  for (const name of ['a', 'b', 'c']) turn.arrive(name);
  expect(seen).toEqual([]);
  await nextTurn();
  expect(seen).toEqual(['a', 'b', 'c', 'a+', 'b+', 'c+', 'A', 'B', 'C']);
  turn.arrive('d');
  await nextTurn();
  expect(seen.slice(9)).toEqual(['d', 'd+', 'D']);
});

test('what departs between turns is made and sent at once', () => {
  const { turn, seen } = watched();
  turn.depart('late');
  expect(seen).toEqual(['late+', 'LATE']);
});

test('a turn that lasts ends early: what was taken is sent, the event loop turns, and the rest comes before what came later', async () => {
  const { turn, seen } = watched();
  for (const name of ['a', 'slow', 'c']) turn.arrive(name);
  setImmediate(() => {
    seen.push('probe');
    turn.arrive('d');
  });
  await nextTurn();
  await nextTurn();
  await nextTurn();
  expect(seen).toEqual(['a', 'slow', 'a+', 'slow+', 'A', 'SLOW', 'probe', 'c', 'd', 'c+', 'd+', 'C', 'D']);
});

test.each([
  ['first', "name === 'b'", ['a', 'b', 'A', 'caught', 'c', 'C']],
  ['last', "name === 'A'", ['a', 'b', 'c', 'A', 'caught', 'B', 'C']],
])('what fails in the %s step costs no other its answer', async (_step, fails, expected) => {
  // In a process of its own: what nobody catches here is Jest's.
  const script = `
    import { Turn } from ${JSON.stringify(new URL('../../src/server/turn.ts', import.meta.url).href)};
    const seen = [];
    const see = (name) => {
      seen.push(name);
      if (${fails}) throw new Error('broken');
    };
    const turn = new Turn({ take: (name) => { see(name); turn.depart(name); }, make: (name) => name.toUpperCase(), send: see }, () => 0);
    process.on('uncaughtException', () => seen.push('caught'));
    process.on('exit', () => console.log(seen.join()));
    for (const name of ['a', 'b', 'c']) turn.arrive(name);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  expect(stdout.trim().split(',')).toEqual(expected);
});

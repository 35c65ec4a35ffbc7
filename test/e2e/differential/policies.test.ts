// Policies and objects of our own writing, judged by the running kube-apiserver and by Bulkhead: what differs is listed, and little does.
import { writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../cluster/cluster.ts';
import { readConnection } from '../../cluster/connection.ts';
import { knownOf, pageTells, unexpected } from './differences.ts';
import { play, stage, strike } from './play.ts';
import type { Played } from './play.ts';
import { policyCases } from './policies.ts';
import { prepare } from './prepared.ts';
import { insistent } from './server.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const cluster = insistent(connect(readConnection(process.env)), agent);
const cases = policyCases.map(prepare);
let played: Played;

beforeAll(async () => {
  played = await play(cluster, cases, await stage(cluster));
  const { loads, verdicts, denials, differences } = played;
  process.stdout.write(
    `${loads} policies, ${verdicts} verdicts of which ${denials} denials, ${differences.length} differences\n`,
  );
  const out = process.env['DIFFERENTIAL_OUT'];
  if (out !== undefined) writeFileSync(out, JSON.stringify(differences, null, 1));
}, 240_000);

afterAll(async () => {
  await strike(cluster);
  agent.destroy();
}, 60_000);

const share = (wrong: number, all: number): number => 1 - wrong / all;
const withAspect = (...aspects: readonly string[]): number =>
  played.differences.filter(({ aspect }) => aspects.includes(aspect)).length;

describe('policies', () => {
  test('no name stands twice', () => {
    expect(new Set(policyCases.map(({ name }) => name)).size).toBe(policyCases.length);
    expect(policyCases.length).toBeGreaterThanOrEqual(150);
  });

  test('every difference is listed, and each of the list was seen', () => {
    expect(unexpected(played.differences, knownOf('policies'))).toEqual({ unlisted: [], gone: [] });
  });

  test('nothing is allowed that kube-apiserver denies', () => {
    const lenient = played.differences.filter(
      ({ aspect, kubernetes, bulkhead }) =>
        // A server that panics has decided nothing.
        aspect === 'verdict' && !['allowed', 'no answer'].includes(kubernetes) && bulkhead === 'allowed',
    );
    expect(lenient).toEqual([]);
  });

  test('at least 99 of 100 verdicts and objects and 97 of 100 load decisions are equal', () => {
    expect(share(withAspect('verdict', 'object'), played.verdicts)).toBeGreaterThanOrEqual(0.99);
    expect(share(withAspect('load'), played.loads)).toBeGreaterThanOrEqual(0.97);
  });

  test('docs/cel.md tells of every difference', () => {
    expect(pageTells()).toBe(true);
  });
});

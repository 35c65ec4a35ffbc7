// Expressions of our own writing, loaded, judged and type-checked by the running kube-apiserver and by Bulkhead: what differs is listed.
import { writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../cluster/cluster.ts';
import { readConnection } from '../../cluster/connection.ts';
import { knownOf, unexpected } from './differences.ts';
import { asked, expressions } from './expressions.ts';
import { stage, strike } from './play.ts';
import type { Played } from './play.ts';
import { playExpressions } from './playExpressions.ts';
import { insistent } from './server.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const cluster = insistent(connect(readConnection(process.env)), agent);
let played: Played;

beforeAll(async () => {
  const { surroundings } = await stage(cluster);
  played = await playExpressions(cluster, expressions, asked, surroundings);
  const { loads, verdicts, denials, differences } = played;
  process.stdout.write(
    `${loads} expressions, ${verdicts} verdicts of which ${denials} are not true, ${differences.length} differences\n`,
  );
  const out = process.env['DIFFERENTIAL_OUT'];
  if (out !== undefined) writeFileSync(out, JSON.stringify(differences, null, 1));
}, 240_000);

afterAll(async () => {
  await strike(cluster);
  agent.destroy();
}, 60_000);

const share = (aspect: string, all: number): number =>
  1 - played.differences.filter((one) => one.aspect === aspect).length / all;

describe('expressions', () => {
  test('none stands twice', () => {
    expect(new Set(expressions).size).toBe(expressions.length);
    expect(expressions.length).toBeGreaterThanOrEqual(300);
  });

  test('every difference is listed, and each of the list was seen', () => {
    expect(unexpected(played.differences, knownOf('expressions'))).toEqual({ unlisted: [], gone: [] });
  });

  test('nothing is true here that is not true there', () => {
    const lenient = played.differences.filter(
      ({ aspect, bulkhead }) => aspect === 'verdict' && bulkhead === 'true',
    );
    expect(lenient).toEqual([]);
  });

  test('at least 99 of 100 verdicts and 97 of 100 load decisions and type warnings are equal', () => {
    expect(share('verdict', played.verdicts)).toBeGreaterThanOrEqual(0.99);
    expect(share('load', played.loads)).toBeGreaterThanOrEqual(0.97);
    expect(share('types', played.loads)).toBeGreaterThanOrEqual(0.97);
  });
});

/** Copies that cannot be kept are told once each, unless it passes by itself or somebody else tells it. */
import { expect, test } from '@jest/globals';
import { copyTrouble } from '../../../src/cli/serve/copyTrouble.ts';
import type { ClusterEvent } from '../../../src/cluster/cluster.ts';
import { clusterCodes, failure } from '../../../src/cluster/failure.ts';
import type { ClusterCode } from '../../../src/cluster/failure.ts';

const pods = '/api/v1/pods';
const failed = (code: ClusterCode, what = pods): ClusterEvent => ({
  about: 'stored',
  what,
  event: { type: 'failed', failure: failure(code, `GET ${what} failed`) },
});
const listed: ClusterEvent = { about: 'stored', what: pods, event: { type: 'listed', count: 1 } };
const told = 'what is stored is not followed: GET /api/v1/pods failed';

function after(...events: readonly ClusterEvent[]): readonly string[] {
  const all: string[] = [];
  const observe = copyTrouble((message) => all.push(message));
  for (const event of events) observe(event);
  return all;
}

test.each<[string, readonly ClusterEvent[], readonly string[]]>([
  ['what is forbidden is told once', [failed('cluster.forbidden'), failed('cluster.forbidden')], [told]],
  ['another reason is told too', [failed('cluster.forbidden'), failed('cluster.notFound')], [told, told]],
  [
    'so is the same one after a list',
    [failed('cluster.forbidden'), listed, failed('cluster.forbidden')],
    [told, told],
  ],
  [
    'each copy has its own',
    [failed('cluster.forbidden'), failed('cluster.forbidden', '/api/v1/secrets')],
    [told, 'what is stored is not followed: GET /api/v1/secrets failed'],
  ],
  ['rules and their parameters are told elsewhere', [failed('cluster.forbidden', 'Boundary')], []],
  [
    'an API server that is away is told by readiness',
    [
      failed(clusterCodes.unreachable),
      failed(clusterCodes.timeout),
      failed(clusterCodes.throttled),
      failed(clusterCodes.gone),
    ],
    [],
  ],
])('%s', (_sentence, events, expected) => {
  expect(after(...events)).toEqual(expected);
});

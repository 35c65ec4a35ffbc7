/** What mutation adds to a Namespace, and what it leaves alone. */
import { describe, expect, test } from '@jest/globals';
import { mutateNamespace } from '../../../../src/boundary/invariants/namespaces/mutateNamespace.ts';
import {
  developer,
  environment,
  inGroups,
  namespaceCreated,
  namespaceObject,
  stranger,
  tenant,
  threeTeams,
} from '../scene.ts';

const field = (key: string): string => `/metadata/labels/${key.replace('/', '~1')}`;
describe('the mutation', () => {
  const mutated = (labels: unknown, user = developer, change: object = {}): readonly unknown[] =>
    mutateNamespace(namespaceCreated(namespaceObject(labels), { user, ...change }), threeTeams);
  const add = (key: string, value: string): object => ({ op: 'add', path: field(key), value });

  test.each([
    ['adds what is assigned', {}, developer, [add(tenant, 'payments')]],
    [
      'creates the labels where they are absent',
      null,
      developer,
      [{ op: 'add', path: '/metadata/labels', value: { [tenant]: 'payments' } }],
    ],
    [
      'adds what several assignments agree on',
      {},
      inGroups('team-prod', 'team-payments'),
      [add(tenant, 'payments'), add(environment, 'prod')],
    ],
    ['leaves out what they disagree on', {}, inGroups('team-payments', 'team-orders'), [add('note', 'o')]],
    ['adds nothing that is there', { [tenant]: 'payments' }, developer, []],
    ['leaves a differing value to be denied', { [tenant]: 'orders' }, developer, []],
    ['adds nothing for a stranger', {}, stranger, []],
    ['keeps what an administrator wrote', { [tenant]: 'x' }, inGroups('system:masters', 'team-payments'), []],
  ])('%s', (_says, labels, user, expected) => {
    expect(mutated(labels, user)).toEqual(expected);
  });

  test.each([
    ['an update', { operation: 'UPDATE', oldObject: namespaceObject({}) }],
    ['a subresource', { subresource: 'status' }],
    ['a request without an object', { object: null }],
    ['what cannot be read', { object: { metadata: { labels: [] } } }],
    ['another kind', { kind: 'Pod', resource: 'pods' }],
  ])('leaves %s alone', (_says, change) => {
    expect(mutated({}, developer, change)).toEqual([]);
  });
});

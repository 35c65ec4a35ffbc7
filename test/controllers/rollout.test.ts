// Whom a change of rules waits for: every replica that decides, that can still be asked, and that does not decide by the new rules.
import { expect, test } from '@jest/globals';
import type { Replica } from '../../src/controllers/replicas.ts';
import { laggards } from '../../src/controllers/rollout.ts';

const replica = (name: string, rulesHash?: string): Replica => ({
  name,
  silentMillis: 0,
  ...(rulesHash === undefined ? {} : { rulesHash }),
});

test.each<[string, readonly Replica[] | undefined, readonly string[] | undefined]>([
  ['nobody knows while the reports were not read', undefined, undefined],
  ['nobody knows where the own report is not among them', [replica('b', 'new')], undefined],
  ['nobody where there is nobody else', [replica('a', 'old')], []],
  ['nobody where all have the new rules', [replica('a'), replica('b', 'new'), replica('c', 'new')], []],
  ['whoever has others', [replica('a', 'new'), replica('c', 'old'), replica('b', 'older')], ['b', 'c']],
  ['not one without any rules, which refuses everything', [replica('a', 'new'), replica('b')], []],
])('%s', (_sentence, living, waitedFor) => {
  expect(laggards(living, 'a', 'new')).toEqual(waitedFor);
});

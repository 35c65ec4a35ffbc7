/** Narrowing of updates against the concrete evaluator: nothing new is outside, and nothing is cut that is stored, unless an exception allowed it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { selects } from '../../../src/k8s/labelSelector.ts';
import { lawCases } from '../../netpol/laws.ts';
import { someCase } from '../arbitraries.ts';
import { mustOpen, tell } from '../oracle.ts';
import { everySubject } from '../probes.ts';
import { caseScenario, policy } from '../scenario.ts';
import { isPlain, kinds, mayBeTakenBack, narrowed, outside, probesOf } from './narrowed.ts';

describe.each(kinds)('%s: update', (_name, anyCase) => {
  test('what is left opens nothing new outside', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const scene = caseScenario(given);
        const { spec } = narrowed(scene, given, given.policy, given.old);
        expect(outside(scene, spec, given.old)).toEqual([]);
      }),
      lawCases(),
    );
  });

  test('nothing is cut that is stored and asked for again, unless an exception allowed it', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (given, seed) => {
        const scene = caseScenario(given);
        const { spec, cut } = narrowed(scene, given, given.policy, given.old);
        if (cut === undefined) return;
        const [asked, stored, left] = [policy(given.policy), policy(given.old), policy(spec)];
        for (const probe of probesOf(scene, given, [given.policy, given.old], seed)) {
          if (!isPlain(scene, probe) || !mustOpen(asked, probe) || mustOpen(left, probe)) continue;
          const subjects = everySubject(scene).filter(({ labels }) => selects(asked.podSelector, labels));
          const all = subjects.map((subject) => ({ ...probe, subject }));
          if (!all.every((one) => mustOpen(stored, one))) continue;
          if (!mayBeTakenBack(scene, probe.peer, all)) throw new Error(`cut: ${tell(probe)}`);
        }
      }),
      lawCases(),
    );
  });
});

describe('an update that changes nothing', () => {
  test('cuts nothing', () => {
    fc.assert(
      fc.property(someCase, (given) => {
        const scene = caseScenario(given);
        expect(narrowed(scene, given, given.policy, given.policy).cut).toBeUndefined();
      }),
      lawCases(),
    );
  });
});

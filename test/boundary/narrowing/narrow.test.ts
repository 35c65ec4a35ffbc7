/** Narrowing against the concrete evaluator: never more than was asked for or allowed, all of it where a policy can say so, and nothing else touched. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { restrictive } from '../../../src/netpol/concrete/switches.ts';
import { selects } from '../../../src/k8s/labelSelector.ts';
import { lawCases } from '../../netpol/laws.ts';
import { looseSwitches, mustOpen, opens, tell } from '../oracle.ts';
import { everySubject } from '../probes.ts';
import { caseScenario, policy } from '../scenario.ts';
import {
  everyAddressOf,
  fieldOf,
  isInside,
  isPlain,
  kinds,
  narrowed,
  outside,
  probesOf,
} from './narrowed.ts';

describe.each(kinds)('%s: creation', (_name, anyCase) => {
  test('nothing that is left is outside', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const scene = caseScenario(given);
        const { spec } = narrowed(scene, given, given.policy);
        expect(outside(scene, spec)).toEqual([]);
      }),
      lawCases(),
    );
  });

  test('on no plugin is anything opened that was not asked for', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (given, seed) => {
        const scene = caseScenario(given);
        const { spec, cut } = narrowed(scene, given, given.policy);
        if (cut === undefined) return;
        const [asked, left] = [policy(given.policy), policy(spec)];
        for (const probe of probesOf(scene, given, [spec, given.policy], seed)) {
          for (const switches of [...looseSwitches(scene), ...restrictive]) {
            if (opens(left, probe, switches) && !opens(asked, probe, switches))
              throw new Error(`added: ${tell(probe)}`);
          }
        }
      }),
      lawCases(),
    );
  });

  test('all that is inside for every selected pod is left, where a policy can say so', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (given, seed) => {
        const scene = caseScenario(given);
        const { spec, cut } = narrowed(scene, given, given.policy);
        if (cut === undefined) return;
        const [asked, left] = [policy(given.policy), policy(spec)];
        for (const probe of probesOf(scene, given, [given.policy], seed)) {
          if (!isPlain(scene, probe) || !mustOpen(asked, probe) || mustOpen(left, probe)) continue;
          if (!isInside(scene, probe)) continue;
          const subjects = everySubject(scene).filter(({ labels }) => selects(asked.podSelector, labels));
          const others = subjects.flatMap((subject) =>
            everyAddressOf(scene, probe.peer).map((peer) => ({ ...probe, subject, peer })),
          );
          if (others.every((other) => isInside(scene, other))) throw new Error(`lost: ${tell(probe)}`);
        }
      }),
      lawCases(),
    );
  });

  test('is done once: the result is not narrowed again', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const scene = caseScenario(given);
        const { spec } = narrowed(scene, given, given.policy);
        expect(narrowed(scene, given, spec).cut).toBeUndefined();
      }),
      lawCases(),
    );
  });

  test('rules that are inside stay as they were written, those before the first cut in their place', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const scene = caseScenario(given);
        const { cut } = narrowed(scene, given, given.policy);
        if (cut === undefined) return;
        const written = given.policy[fieldOf(given)];
        if (!Array.isArray(written)) throw new Error('no rules');
        const touched = new Set(cut.fields.map((field) => field.split('/').slice(0, 4).join('/')));
        const texts = cut.rules.map((rule) => JSON.stringify(rule));
        const isKept = (index: number): boolean => !touched.has(`/spec/${fieldOf(given)}/${index}`);
        for (const [index, rule] of written.entries()) {
          if (isKept(index)) expect(texts).toContain(JSON.stringify(rule));
        }
        const firstCut = written.findIndex((_, index) => !isKept(index));
        const before = new Set(written.slice(0, firstCut).map((rule) => JSON.stringify(rule)));
        expect(texts.slice(0, before.size)).toEqual([...before]);
      }),
      lawCases(),
    );
  });
});

/** Containment against the concrete evaluator: what is called inside lets no flow out, what is called outside has a flow to show. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Boundary } from '../../src/boundary/boundary.ts';
import { excessOf } from '../../src/boundary/excess.ts';
import type { Excess } from '../../src/boundary/excess.ts';
import { witnessOf } from '../../src/boundary/witness.ts';
import type { NetworkPolicy } from '../../src/k8s/networkPolicy.ts';
import { lawCases } from '../netpol/laws.ts';
import { within } from '../../src/netpol/box.ts';
import { someCase, someExceptedCase } from './arbitraries.ts';
import {
  boundariesOf,
  certainlyAllowed,
  isExcepted,
  isForbidden,
  looseSwitches,
  mayOpen,
  opens,
  tell,
} from './oracle.ts';
import type { Probe } from './oracle.ts';
import { probesFor } from './probes.ts';
import { caseScenario, policy } from './scenario.ts';
import type { Scenario } from './scenario.ts';

function excesses(scene: Scenario, some: NetworkPolicy, old?: NetworkPolicy): readonly Excess[] {
  const found = excessOf(some, old, scene.limits, scene.setting, { left: 100_000 });
  if (found === 'tooComplex') throw new Error('100,000 nodes are not enough');
  return found;
}

type Counts = (boundary: Boundary, probe: Probe) => boolean;

/** What the oracle finds wrong with one flow that is not known: `b0` for a limit that does not certainly allow it, `b0 FIELD` for a prohibition. */
const missed = (scene: Scenario, probe: Probe, known: ReadonlySet<string>, counts: Counts): string[] =>
  boundariesOf(scene, scene.own).flatMap((one) =>
    !counts(one, probe)
      ? []
      : [
          ...(known.has(one.name) || certainlyAllowed(scene, one, probe) ? [] : [one.name]),
          ...one.never[probe.direction]
            .filter((rule) => !known.has(`${one.name} ${rule.field}`) && isForbidden(scene, one, rule, probe))
            .map(({ field }) => `${one.name} ${field}`),
        ],
  );

/** Fails with the first flow that leaves unreported. */
function expectAllReported(
  scene: Scenario,
  found: readonly Excess[],
  probes: readonly Probe[],
  counts: Counts = () => true,
): void {
  const known = reported(found);
  for (const probe of probes) {
    const breaches = missed(scene, probe, known, counts);
    if (breaches.length > 0) throw new Error(`${breaches.join(', ')} not reported: ${tell(probe)}`);
  }
}

const reported = (found: readonly Excess[]): Set<string> =>
  new Set(
    found.map(({ limit, never }) => `${limit.boundary.name}${never === undefined ? '' : ` ${never.field}`}`),
  );

const flows = 250;

describe.each([
  ['boundaries', someCase],
  ['boundaries and exceptions', someExceptedCase],
])('%s: creation', (_name, anyCase) => {
  test('every flow that a limit does not certainly allow is reported, for each limit and prohibition', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (given, seed) => {
        const scene = caseScenario(given);
        const some = policy(given.policy);
        const probes = probesFor(scene, given.direction, [some], given, seed, flows);
        const opened = probes.filter((probe) => mayOpen(scene, some, probe));
        expectAllReported(scene, excesses(scene, some), opened);
      }),
      lawCases(),
    );
  });

  test('every report has a witness that the concrete evaluator confirms', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const scene = caseScenario(given);
        const some = policy(given.policy);
        for (const excess of excesses(scene, some)) {
          const { witness, confirmed } = witnessOf(excess, some, scene.own, scene.live, scene.surroundings);
          expect({ witness, confirmed }).toEqual({ witness, confirmed: true });
        }
      }),
      lawCases(),
    );
  });
});

describe.each([
  ['boundaries', someCase],
  ['boundaries and exceptions', someExceptedCase],
])('%s: update', (_name, anyCase) => {
  test('every flow that is new, or that only an exception allowed, is reported where a limit does not certainly allow it', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), (given, seed) => {
        const scene = caseScenario(given);
        const [some, old] = [policy(given.policy), policy(given.old)];
        const probes = probesFor(scene, given.direction, [some, old], given, seed, flows);
        const isNew = (probe: Probe): boolean =>
          looseSwitches(scene).some((one) => opens(some, probe, one) && !opens(old, probe, one));
        const opened = probes.filter((probe) => mayOpen(scene, some, probe));
        expectAllReported(
          scene,
          excesses(scene, some, old),
          opened,
          (one, probe) => isNew(probe) || isExcepted(scene, one, probe),
        );
      }),
      lawCases(),
    );
  });

  test('an update that changes nothing reports nothing but what an exception allowed', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const scene = caseScenario(given);
        const some = policy(given.policy);
        const inherited = excesses(scene, some, some).filter(
          ({ box, limit }) => !limit.excepted.some((one) => within(box, one.box)),
        );
        expect(inherited).toEqual([]);
      }),
      lawCases(),
    );
  });
});

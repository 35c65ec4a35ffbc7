/** Narrowing against the concrete evaluator: never more than was asked for or allowed, all of it where a policy can say so, and nothing else touched. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { excessOf } from '../../../src/boundary/excess.ts';
import { narrowDirection } from '../../../src/boundary/narrowing/narrow.ts';
import type { NarrowedDirection } from '../../../src/boundary/narrowing/narrow.ts';
import { selects } from '../../../src/k8s/labelSelector.ts';
import { restrictive } from '../../../src/netpol/concrete/switches.ts';
import { lawCases } from '../../netpol/laws.ts';
import { someCase, someExceptedCase } from '../arbitraries.ts';
import type { Case } from '../arbitraries.ts';
import {
  boundariesOf,
  certainlyAllowed,
  isExcepted,
  isForbidden,
  liesIn,
  looseSwitches,
  mustOpen,
  opens,
  tell,
} from '../oracle.ts';
import type { Probe } from '../oracle.ts';
import type { ConcreteEndpoint } from '../../../src/netpol/concrete/world.ts';
import { everySubject, podBorders, probesFor } from '../probes.ts';
import { caseScenario, policy } from '../scenario.ts';
import type { Json, Scenario } from '../scenario.ts';

interface Spec {
  readonly [key: string]: Json;
}
const budget = (): { left: number } => ({ left: 100_000 });
const fieldOf = ({ direction }: Case): 'ingress' | 'egress' =>
  direction === 'Ingress' ? 'ingress' : 'egress';

/** The narrowed spec, and what was cut; the same spec where nothing had to go. */
function narrowed(
  scene: Scenario,
  given: Case,
  spec: Spec,
  old?: Spec,
): { readonly spec: Spec; readonly cut?: NarrowedDirection } {
  const before = old === undefined ? undefined : policy(old);
  const cut = narrowDirection(
    { spec },
    policy(spec),
    before,
    given.direction,
    scene.limits,
    scene.setting,
    budget(),
  );
  if (cut === 'tooComplex') throw new Error('100,000 nodes are not enough');
  if (cut === undefined) return { spec };
  // As the API server would see it: through JSON.
  const rules = JSON.parse(JSON.stringify(cut.rules)) as Json;
  return { spec: { ...spec, [fieldOf(given)]: rules }, cut };
}

/** The fields that are outside, each with the limit. */
function outside(scene: Scenario, spec: Spec, old?: Spec): string[] {
  const before = old === undefined ? undefined : policy(old);
  const found = excessOf(policy(spec), before, scene.limits, scene.setting, budget());
  if (found === 'tooComplex') throw new Error('100,000 nodes are not enough');
  return found.map(
    ({ field, limit, never }) =>
      `${field} ${limit.boundary.name} ${never?.field ?? ''} ${JSON.stringify(spec)}`,
  );
}

const flows = 250;
const probesOf = (scene: Scenario, given: Case, specs: readonly Spec[], seed: number): Probe[] =>
  probesFor(
    scene,
    given.direction,
    specs.map((spec) => policy(spec)),
    given,
    seed,
    flows,
  );

const kinds = [
  ['boundaries', someCase],
  ['boundaries and exceptions', someExceptedCase],
] as const;

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
          const alike = everyAddressOf(scene, probe.peer).flatMap((peer) =>
            all.flatMap((one) => withPortNames({ ...one, peer })),
          );
          if (alike.some((one) => isTakenBack(scene, one))) continue;
          if (all.every((one) => mustOpen(stored, one))) throw new Error(`cut: ${tell(probe)}`);
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

/** The same port without a name and with each: a policy that speaks of numbers cannot tell them apart. */
function withPortNames(probe: Probe): Probe[] {
  const { connection, direction, subject, peer } = probe;
  if (connection.protocol === 'OTHER') return [probe];
  const { protocol, port: number } = connection;
  return [[], ['web'], ['alt'], ['web', 'alt']].flatMap((names) => {
    const ports = names.map((name) => ({ name, protocol, number }));
    if (direction === 'Ingress') return [{ ...probe, subject: { ...subject, ports } }];
    return peer.kind === 'pod' ? [{ ...probe, peer: { ...peer, ports } }] : [probe];
  });
}

/** Whether only an exception allowed it, and nothing does now. */
const isTakenBack = (scene: Scenario, probe: Probe): boolean =>
  !isInside(scene, probe) && boundariesOf(scene, scene.own).some((one) => isExcepted(scene, one, probe));

const isInside = (scene: Scenario, probe: Probe): boolean =>
  boundariesOf(scene, scene.own).every(
    (one) =>
      certainlyAllowed(scene, one, probe) &&
      !one.never[probe.direction].some((rule) => isForbidden(scene, one, rule, probe)),
  );

/** A pod that selectors name may have any pod address. */
const everyAddressOf = (scene: Scenario, peer: ConcreteEndpoint): ConcreteEndpoint[] =>
  peer.kind === 'address'
    ? [peer]
    : [[], ...podBorders(scene).map((ip) => [ip])].map((ips) => ({ ...peer, ips }));

/** What a policy has words for by itself: a port number, and an address with one meaning. */
function isPlain(scene: Scenario, { subject, peer, connection }: Probe): boolean {
  if (connection.protocol === 'OTHER' || connection.port === 0) return false;
  if (subject.ports.length > 0) return false;
  if (peer.kind === 'pod') return peer.ports.length === 0;
  const { family, value } = peer.address;
  const translated = ['::ffff:0:0/96', '2002::/16', ...scene.cluster.nat64];
  const { podCIDRs, serviceCIDRs, nodeCIDRs } = scene.cluster;
  return !liesIn([...podCIDRs, ...serviceCIDRs, ...nodeCIDRs, ...translated], family, value);
}

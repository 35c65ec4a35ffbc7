/** Laws of the Pod invariants over arbitrary Pods: one forbidden feature is found, none is imagined, updates answer for what they bring. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { applyPatch } from '../../../../src/k8s/jsonPatch.ts';
import { judgePod } from '../../../../src/boundary/invariants/pods/judgePod.ts';
import { mutatePod } from '../../../../src/boundary/invariants/pods/mutatePod.ts';
import { boundary, inNamespace, podCreated, podUpdated, tenant } from '../scene.ts';
import type { ArbitraryContainer, ArbitraryPod } from './arbitraryPods.ts';
import { harmlessPod, plant, unfinishedPod } from './arbitraryPods.ts';

const context = inNamespace({ boundaries: [boundary(), boundary({ name: 'second' })] });
const codes = (violations: ReturnType<typeof judgePod>): readonly string[] =>
  violations.map(({ code }) => code);
const runs = { numRuns: 400 };

/** The Pod after mutation. */
function mutated(pod: ArbitraryPod): ArbitraryPod {
  const result = applyPatch(pod, mutatePod(podCreated(pod), context));
  if (!result.ok) throw new Error(result.issues[0]?.message);
  return result.value as ArbitraryPod;
}

/** What mutation is to do, said once more in the plainest way. */
function expectedOf(pod: ArbitraryPod): ArbitraryPod {
  const plain = structuredClone(pod);
  if (!Object.hasOwn(plain.metadata, 'labels')) plain.metadata.labels = { [tenant]: 'payments' };
  else plain.metadata.labels = { [tenant]: 'payments', ...plain.metadata.labels };
  const { initContainers = [], containers, ephemeralContainers = [] } = plain.spec;
  for (const one of [...initContainers, ...containers, ...ephemeralContainers]) finish(one);
  return plain;
}

function finish(one: ArbitraryContainer): void {
  one.securityContext ??= {};
  one.securityContext.capabilities ??= {};
  const { capabilities } = one.securityContext;
  capabilities.drop ??= [];
  if (!/\b(all|net_raw)\b/i.test(capabilities.drop.join(' '))) capabilities.drop.push('NET_RAW');
}

describe('a new Pod', () => {
  test('that is harmless is admitted', () => {
    fc.assert(
      fc.property(harmlessPod, (pod) => {
        expect(judgePod(podCreated(pod), context)).toEqual([]);
      }),
      runs,
    );
  });

  test('with one forbidden feature is denied for it, by every boundary, wherever it is planted', () => {
    fc.assert(
      fc.property(harmlessPod, plant, (pod, planted) => {
        const violations = judgePod(podCreated(planted.into(pod)), context);
        const found = violations.filter(({ code }) => code === planted.code);
        expect(found.map(({ action }) => action)).not.toContain('Warn');
        const rules = new Set(found.map(({ rule }) => rule));
        const expected = planted.code.startsWith('labels.')
          ? ['tenancy.protectedPodLabels']
          : ['tenants', 'second'];
        expect([...rules]).toEqual(expected);
      }),
      runs,
    );
  });

  test('with several forbidden features is denied for each', () => {
    fc.assert(
      fc.property(harmlessPod, fc.array(plant, { minLength: 1, maxLength: 4 }), (pod, plants) => {
        const bad = plants.reduce((at, { into }) => into(at), pod);
        expect(codes(judgePod(podCreated(bad), context))).toEqual(
          expect.arrayContaining(plants.map(({ code }) => code)),
        );
      }),
      runs,
    );
  });
});

describe('an update', () => {
  /** An edit that has nothing to do with the network: labels, finalizers, images, the order of containers. */
  const edited = (pod: ArbitraryPod): ArbitraryPod => {
    const { metadata, spec } = structuredClone(pod);
    return {
      metadata: { ...metadata, finalizers: [], labels: { ...metadata.labels, app: 'other' } },
      spec: { ...spec, containers: spec.containers.map((one) => ({ ...one, image: 'b' })).reverse() },
    };
  };

  test.each(['', 'status', 'ephemeralcontainers', 'resize'])(
    'that leaves a bad Pod as bad as it was passes through pods/%s',
    (subresource) => {
      fc.assert(
        fc.property(harmlessPod, fc.array(plant, { maxLength: 3 }), (pod, plants) => {
          const bad = plants.reduce((at, { into }) => into(at), pod);
          expect(judgePod(podUpdated(bad, structuredClone(bad), { subresource }), context)).toEqual([]);
          expect(judgePod(podUpdated(bad, edited(bad), { subresource }), context)).toEqual([]);
        }),
        { numRuns: 150 },
      );
    },
  );

  test('that plants a feature is denied for it', () => {
    fc.assert(
      fc.property(harmlessPod, plant, (pod, planted) => {
        const request = podUpdated(pod, edited(planted.into(pod)), { subresource: 'ephemeralcontainers' });
        expect(codes(judgePod(request, context))).toContain(planted.code);
      }),
      runs,
    );
  });

  test('that takes a feature away passes, unless it is a protected label', () => {
    fc.assert(
      fc.property(harmlessPod, plant, (pod, planted) => {
        const labels = planted.code === 'labels.podProtected' || planted.code === 'pods.stamp';
        const request = podUpdated(planted.into(pod), pod);
        expect(codes(judgePod(request, context))).toEqual(labels ? ['labels.podProtected'] : []);
      }),
      runs,
    );
  });

  test('that adds an ephemeral container to a bad Pod answers for that container alone', () => {
    fc.assert(
      fc.property(harmlessPod, plant, (pod, planted) => {
        const old = planted.into(pod);
        const added = (one: ArbitraryContainer): ArbitraryPod => ({
          ...old,
          spec: { ...old.spec, ephemeralContainers: [one, ...(old.spec.ephemeralContainers ?? [])] },
        });
        const judged = (one: ArbitraryContainer): readonly string[] =>
          judgePod(podUpdated(old, added(one), { subresource: 'ephemeralcontainers' }), context)
            .filter(({ rule }) => rule === 'second')
            .map(({ code, field }) => `${code} ${field}`);
        const good = { name: 'new', securityContext: { capabilities: { drop: ['ALL'] } } };
        expect(judged(good)).toEqual([]);
        expect(judged({ name: 'new' })).toEqual([
          'pods.rawSockets /spec/ephemeralContainers/0/securityContext/capabilities/drop',
        ]);
        expect(judged({ ...good, securityContext: { ...good.securityContext, privileged: true } })).toEqual([
          'pods.hostAccess /spec/ephemeralContainers/0/securityContext/privileged',
        ]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('mutation', () => {
  test('does what the plainest implementation does, and touches nothing else', () => {
    fc.assert(
      fc.property(unfinishedPod, (pod) => {
        const before = JSON.stringify(pod);
        expect(mutated(pod)).toEqual(expectedOf(pod));
        expect(JSON.stringify(pod)).toBe(before);
      }),
      runs,
    );
  });

  test('makes an unfinished Pod one that is admitted', () => {
    fc.assert(
      fc.property(unfinishedPod, (pod) => {
        expect(judgePod(podCreated(mutated(pod)), context)).toEqual([]);
      }),
      runs,
    );
  });

  test('finds nothing to do a second time, on bad Pods neither', () => {
    fc.assert(
      fc.property(unfinishedPod, fc.array(plant, { maxLength: 3 }), (pod, plants) => {
        const bad = plants.reduce((at, { into }) => into(at), pod);
        expect(mutatePod(podCreated(mutated(bad)), context)).toEqual([]);
      }),
      runs,
    );
  });

  test('never makes a forbidden feature pass', () => {
    fc.assert(
      fc.property(unfinishedPod, plant, (pod, planted) => {
        expect(codes(judgePod(podCreated(mutated(planted.into(pod))), context))).toContain(planted.code);
      }),
      runs,
    );
  });
});

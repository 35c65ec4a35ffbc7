/** The index against the concrete evaluator on small worlds, and against exact reachability while worlds change. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NetworkPolicy } from '../../../../src/k8s/networkPolicy.ts';
import { flowAllowed } from '../../../../src/netpol/concrete/flow.ts';
import { documented } from '../../../../src/netpol/concrete/switches.ts';
import type { Connection } from '../../../../src/netpol/concrete/world.ts';
import { ReachIndex } from '../../../../src/netpol/reach/index/reachIndex.ts';
import type { Change, IndexContents, IndexedPod } from '../../../../src/netpol/reach/index/reachIndex.ts';
import { arbitraryNamespaces, arbitraryPods, arbitraryPolicy } from '../../concrete/arbitraries.ts';
import { labels, policy } from '../../concrete/cast.ts';
import { crowd, crowdPods, everywhere, exactly, pathsIn, pathsOf } from './crowd.ts';

/** One connection for each set that the ports of {@link arbitraryPolicy} can tell apart. */
const connections: readonly Connection[] = [
  ...(['TCP', 'UDP', 'SCTP'] as const).flatMap((protocol) =>
    [0, 1, 80, 81, 82].map((port) => ({ protocol, port })),
  ),
  { protocol: 'OTHER' },
];

/** Policies of one name and namespace are one object, as in a cluster. */
const distinct = (policies: readonly NetworkPolicy[]): readonly NetworkPolicy[] => [
  ...new Map(policies.map((item) => [`${item.metadata.namespace}/${item.metadata.name}`, item])).values(),
];

test.each([true, false])(
  'agrees with the concrete evaluator, where an ipBlock matches pods: %s',
  (ipBlockMatchesPods) => {
    fc.assert(
      fc.property(fc.array(arbitraryPolicy, { maxLength: 8 }), (drawn) => {
        const policies = distinct(drawn);
        const contents = { namespaces: arbitraryNamespaces, pods: arbitraryPods, policies };
        const expected = pathsIn(contents, (source, destination) =>
          connections.some(
            (connection) =>
              flowAllowed(
                { policies },
                { source, destination, connection },
                { ...documented, ipBlockMatchesPods },
              ).allowed,
          ),
        );
        expect(pathsOf(new ReachIndex(contents, { ipBlockMatchesPods }))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  },
);

test('agrees with exact reachability where many namespaces share rules', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryPolicy, { maxLength: 4 }),
      fc.integer({ min: 2, max: 9 }),
      (templates, skip) => {
        const contents = { namespaces: crowd, pods: crowdPods, policies: everywhere(templates, skip) };
        expect(pathsOf(new ReachIndex(contents))).toEqual(exactly(contents));
      },
    ),
    { numRuns: 60 },
  );
});

type Draft =
  | {
      readonly kind: 'policy';
      readonly at: number;
      readonly draw: NetworkPolicy | number;
      readonly remove: boolean;
    }
  | { readonly kind: 'pod'; readonly at: number; readonly remove: boolean }
  | { readonly kind: 'namespace'; readonly at: number; readonly labels: string | undefined };

/** Mostly the same few namespaces, so that what is remembered of them is asked for again; some are new. */
const at = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: crowd.length + 2 }));
const draft: fc.Arbitrary<Draft> = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant('policy' as const),
      at,
      draw: fc.oneof(fc.nat({ max: 2 }), arbitraryPolicy),
      remove: fc.boolean(),
    }),
    weight: 4,
  },
  { arbitrary: fc.record({ kind: fc.constant('pod' as const), at, remove: fc.boolean() }), weight: 2 },
  {
    arbitrary: fc.record({
      kind: fc.constant('namespace' as const),
      at,
      labels: fc.constantFrom('tenant=red', 'tenant=blue env=dev', '', undefined),
    }),
    weight: 2,
  },
);

/** A policy is a new one, or one of the templates that others have too. */
function toChange(item: Draft, templates: readonly NetworkPolicy[]): Change {
  const name = `n${item.at}`;
  switch (item.kind) {
    case 'namespace':
      return { kind: 'namespace', name, labels: item.labels === undefined ? undefined : labels(item.labels) };
    case 'pod': {
      const like = crowdPods[item.at % 4];
      const pod = like && { ...like, namespace: { name, labels: labels('') }, name: 'extra' };
      return { kind: 'pod', namespace: name, name: 'extra', pod: item.remove ? undefined : pod };
    }
    case 'policy': {
      const drawn = typeof item.draw === 'number' ? templates[item.draw] : item.draw;
      const policy = item.remove ? undefined : drawn;
      const metadata = policy && { ...policy.metadata, namespace: name, name: 't0' };
      return {
        kind: 'policy',
        namespace: name,
        name: 't0',
        policy: policy && metadata && { ...policy, metadata },
      };
    }
  }
}

/** A plain copy of what the index should hold, changed the obvious way. */
class Mirror {
  readonly namespaces = new Map(crowd.map(({ name, labels: own }) => [name, own]));
  readonly pods = new Map(crowdPods.map((pod) => [`${pod.namespace.name}/${pod.name}`, pod]));
  readonly policies: Map<string, NetworkPolicy>;

  constructor(policies: readonly NetworkPolicy[]) {
    this.policies = new Map(
      policies.map((item) => [`${item.metadata.namespace}/${item.metadata.name}`, item]),
    );
  }

  apply(change: Change): void {
    const home = change.kind === 'namespace' ? change.name : change.namespace;
    if (change.kind === 'namespace' && change.labels === undefined) {
      this.namespaces.delete(home);
      for (const map of [this.pods, this.policies]) {
        for (const key of [...map.keys()]) if (key.startsWith(`${home}/`)) map.delete(key);
      }
      return;
    }
    if (change.kind === 'namespace') this.namespaces.set(home, change.labels ?? new Map());
    else if (!this.namespaces.has(home)) this.namespaces.set(home, new Map());
    if (change.kind === 'pod') {
      if (change.pod === undefined) this.pods.delete(`${home}/${change.name}`);
      else this.pods.set(`${home}/${change.name}`, change.pod);
    }
    if (change.kind === 'policy') {
      if (change.policy === undefined) this.policies.delete(`${home}/${change.name}`);
      else this.policies.set(`${home}/${change.name}`, change.policy);
    }
  }

  contents(): IndexContents {
    const namespaces = [...this.namespaces].map(([name, own]) => ({ name, labels: own }));
    const pods = [...this.pods.values()].map((pod) => ({
      ...pod,
      namespace: { name: pod.namespace.name, labels: this.namespaces.get(pod.namespace.name) ?? new Map() },
    }));
    return { namespaces, pods, policies: [...this.policies.values()] };
  }
}

describe('changes', () => {
  test('leave the index as if it had been built anew, tell exactly what changed, and can be tried', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryPolicy, { maxLength: 3 }),
        fc.array(draft, { minLength: 1, maxLength: 8 }),
        (templates, drafts) => {
          const mirror = new Mirror(everywhere(templates, 5));
          const index = new ReachIndex(mirror.contents());
          let before = pathsOf(index);
          for (const change of drafts.map((item) => toChange(item, templates))) {
            const tried = index.whatIf(change);
            expect(pathsOf(index)).toEqual(before);
            const told = index.apply(change);
            expect(told).toEqual(tried);
            mirror.apply(change);
            const after = pathsOf(index);
            expect(after).toEqual(exactly(mirror.contents()));
            const names = (opened: boolean): ReadonlySet<string> =>
              new Set(
                told.filter((one) => one.opened === opened).map((one) => `${one.source} ${one.destination}`),
              );
            expect(names(true)).toEqual(new Set([...after].filter((path) => !before.has(path))));
            expect(names(false)).toEqual(new Set([...before].filter((path) => !after.has(path))));
            before = after;
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('beyond the room that was left, everything moves to a larger one', () => {
    const index = new ReachIndex({ namespaces: crowd, pods: crowdPods, policies: [] });
    for (let more = 0; more < 100; more += 1) {
      const name = `more${more}`;
      const home = { name, labels: labels('') };
      const pod: IndexedPod = {
        kind: 'pod',
        namespace: home,
        name: 'a',
        labels: labels(''),
        ips: [],
        hostNetwork: false,
        ports: [],
      };
      index.apply({ kind: 'namespace', name, labels: home.labels });
      const told = index.apply({ kind: 'pod', namespace: name, name: 'a', pod });
      expect(told).toHaveLength(2 * (crowd.length + more));
    }
    expect(index.reaches('n0', 'more99') && index.reaches('more99', 'n0')).toBe(true);
    expect(index.reaches('more99', 'more99')).toBe(false);
  });

  test('a floor closes what was open', () => {
    const index = new ReachIndex({ namespaces: crowd, pods: crowdPods, policies: [] });
    const floor = policy({ name: 'n0', labels: labels('') }, 'policyTypes: [Ingress, Egress]', 'floor');
    const told = index.whatIf({ kind: 'policy', namespace: 'n0', name: 'floor', policy: floor });
    expect(told).toHaveLength(2 * crowd.length - 1);
    expect(told.every(({ opened }) => !opened)).toBe(true);
    expect(index.reaches('n1', 'n0')).toBe(true);
  });
});

/** The index against the concrete evaluator on small worlds, and against exact reachability while worlds change. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NetworkPolicy } from '../../../../src/k8s/networkPolicy.ts';
import { flowAllowed } from '../../../../src/netpol/concrete/flow.ts';
import { documented } from '../../../../src/netpol/concrete/switches.ts';
import type { Connection } from '../../../../src/netpol/concrete/world.ts';
import { isEmpty } from '../../../../src/netpol/reach/connectionSet.ts';
import { Reachability } from '../../../../src/netpol/reach/reachability.ts';
import { ReachIndex } from '../../../../src/netpol/reach/index/reachIndex.ts';
import type { Change, IndexContents, IndexedPod } from '../../../../src/netpol/reach/index/reachIndex.ts';
import { arbitraryNamespaces, arbitraryPods, arbitraryPolicy } from '../../concrete/arbitraries.ts';
import { ip, labels, policy } from '../../concrete/cast.ts';

/** One connection for each set that the ports of {@link arbitraryPolicy} can tell apart. */
const connections: readonly Connection[] = [
  ...(['TCP', 'UDP', 'SCTP'] as const).flatMap((protocol) =>
    [0, 1, 80, 81, 82].map((port) => ({ protocol, port })),
  ),
  { protocol: 'OTHER' },
];

/** `source destination` of every pair of namespaces with a path, by asking about every pair of pods. */
function pathsIn(
  { namespaces, pods }: IndexContents,
  reaches: (source: IndexedPod, destination: IndexedPod) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { name: from } of namespaces) {
    for (const { name: to } of namespaces) {
      const some = pods.some(
        (source) =>
          source.namespace.name === from &&
          pods.some(
            (destination) =>
              destination.namespace.name === to &&
              (source !== destination || source.several === true) &&
              reaches(source, destination),
          ),
      );
      if (some) found.add(`${from} ${to}`);
    }
  }
  return found;
}

function pathsOf(index: ReachIndex): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { name } of index.namespaces()) {
    index.eachSource(name, (source) => found.add(`${source} ${name}`));
  }
  return found;
}

/** Policies of one name and namespace are one object, as in a cluster. */
const distinct = (policies: readonly NetworkPolicy[]): readonly NetworkPolicy[] => [
  ...new Map(policies.map((item) => [`${item.metadata.namespace}/${item.metadata.name}`, item])).values(),
];

const exactly = (contents: IndexContents, ipBlockMatchesPods = true): ReadonlySet<string> => {
  const reachability = new Reachability(contents.policies, { ipBlockMatchesPods });
  return pathsIn(contents, (a, b) => !isEmpty(reachability.between(a, b)));
};

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

/** Many namespaces of few sorts, so that rules have more users than are looked at one by one. */
const crowd: IndexContents['namespaces'] = Array.from({ length: 24 }, (_, at) => ({
  name: `n${at}`,
  labels: labels(['tenant=red env=prod', 'tenant=blue env=prod', 'tenant=blue env=dev', ''][at % 4] ?? ''),
}));

const crowdPods: readonly IndexedPod[] = crowd.flatMap((namespace, at) =>
  ['app=web', 'app=db tier=x'].map((text, index): IndexedPod => ({
    kind: 'pod',
    namespace,
    name: `p${index}`,
    labels: labels(text),
    ips: at % 5 === 0 ? [] : [ip(`10.0.${at % 3}.${at}`), ...(at % 7 === 0 ? [ip(`fd00::${at}`)] : [])],
    hostNetwork: at === 3 && index === 1,
    ports: at % 2 === 0 ? [{ name: 'http', protocol: 'TCP', number: 80 + index }] : [],
    several: at === 1,
  })),
);

const everywhere = (templates: readonly NetworkPolicy[], skip: number): readonly NetworkPolicy[] =>
  crowd.flatMap(({ name: namespace }, at) =>
    templates
      .filter((_, index) => (at + index) % skip !== 0)
      .map((template, index) => ({
        ...template,
        metadata: { ...template.metadata, namespace, name: `t${index}` },
      })),
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
  | { readonly kind: 'policy'; readonly at: number; readonly policy: NetworkPolicy; readonly remove: boolean }
  | { readonly kind: 'pod'; readonly at: number; readonly remove: boolean }
  | { readonly kind: 'namespace'; readonly at: number; readonly labels: string | undefined };

const at = fc.integer({ min: 0, max: crowd.length + 2 });
const draft: fc.Arbitrary<Draft> = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant('policy' as const),
      at,
      policy: arbitraryPolicy,
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

function toChange(item: Draft): Change {
  const name = `n${item.at}`;
  switch (item.kind) {
    case 'namespace':
      return { kind: 'namespace', name, labels: item.labels === undefined ? undefined : labels(item.labels) };
    case 'pod': {
      const [first] = crowdPods;
      const like = crowdPods[item.at % 3] ?? first;
      const pod = like && { ...like, namespace: { name, labels: labels('') }, name: 'extra' };
      return { kind: 'pod', namespace: name, name: 'extra', pod: item.remove ? undefined : pod };
    }
    case 'policy': {
      const metadata = { ...item.policy.metadata, namespace: name, name: 't0' };
      const changed = item.remove ? undefined : { ...item.policy, metadata };
      return { kind: 'policy', namespace: name, name: 't0', policy: changed };
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
        fc.array(draft, { minLength: 1, maxLength: 6 }),
        (templates, drafts) => {
          const mirror = new Mirror(everywhere(templates, 3));
          const index = new ReachIndex(mirror.contents());
          let before = pathsOf(index);
          for (const change of drafts.map(toChange)) {
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

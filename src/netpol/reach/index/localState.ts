/** One namespace of the index: its pods and policies as given, and the units and profiles worked out from them. */
import { selects } from '../../../k8s/labelSelector.ts';
import type { Labels } from '../../../k8s/labelSelector.ts';
import { directions, rulesOf } from '../../../k8s/networkPolicy.ts';
import type { Direction, NetworkPolicy, PolicyPeer } from '../../../k8s/networkPolicy.ts';
import type { ConcretePod } from '../../concrete/world.ts';
import { Columns } from './columns.ts';
import { matcherOf } from './matcher.ts';
import type { Peer } from './peerTable.ts';
import type { PortTable } from './portTable.ts';
import type { Entry, OwnEntry, Profile } from './profile.ts';
import { keyOfView, viewsOf } from './unit.ts';
import type { Unit, View } from './unit.ts';

/** What was given: the namespace as it is. Pods and policies by name. */
export interface NamespaceSource {
  readonly name: string;
  readonly slot: number;
  /** With `kubernetes.io/metadata.name`. */
  labels: Labels;
  readonly pods: Map<string, ConcretePod & { readonly several?: boolean }>;
  readonly policies: Map<string, NetworkPolicy>;
}

export interface LocalState {
  readonly units: readonly Unit[];
  /** A peer that demands something looks here before it looks at units. */
  readonly columns: Columns;
  /** Isolated profiles of each direction, and the open one if somebody has it. */
  readonly profiles: { readonly [direction in Direction]: readonly Profile[] };
}

/** Where the peers and ports of rules are interned. */
export interface Tables {
  readonly ports: PortTable;
  readonly peer: (item: PolicyPeer | 'anybody') => Peer;
}

/** Works a namespace out anew. Everything is linear in what the namespace holds. */
export function compile(source: NamespaceSource, tables: Tables): LocalState {
  const compiled = new Map<NetworkPolicy, CompiledPolicy>();
  const profiles = { Ingress: new Map<string, Profile>(), Egress: new Map<string, Profile>() };
  const units = new Map<string, Unit>();
  const policies = [...source.policies.values()];

  for (const pod of source.pods.values()) {
    for (const view of viewsOf(pod)) {
      const names = tables.ports.names(view.pod.ports);
      const key = keyOfView(view, names);
      const known = units.get(key);
      if (known !== undefined) {
        known.several = true;
        continue;
      }
      const profileOf = (direction: Direction): Profile =>
        profileFor(source.slot, direction, view, policies, profiles[direction], (policy) => {
          const before = compiled.get(policy) ?? compilePolicy(policy, tables);
          compiled.set(policy, before);
          return before;
        });
      const unit: Unit = {
        slot: source.slot,
        pod: view.pod,
        labels: view.pod.labels,
        several: pod.several === true,
        addressing: view.addressing,
        names,
        profiles: { Ingress: profileOf('Ingress'), Egress: profileOf('Egress') },
      };
      units.set(key, unit);
      for (const direction of directions) unit.profiles[direction].units.push(unit);
    }
  }
  const used = (direction: Direction): readonly Profile[] =>
    [...profiles[direction].values()].filter((profile) => profile.units.length > 0);
  const all = [...units.values()];
  return {
    units: all,
    columns: new Columns(all),
    profiles: { Ingress: used('Ingress'), Egress: used('Egress') },
  };
}

interface CompiledPolicy {
  readonly rules: { readonly [direction in Direction]: Pick<Profile, 'entries' | 'own'> };
}

function profileFor(
  slot: number,
  direction: Direction,
  { pod }: View,
  policies: readonly NetworkPolicy[],
  known: Map<string, Profile>,
  compiledOf: (policy: NetworkPolicy) => CompiledPolicy,
): Profile {
  const selecting = pod.hostNetwork
    ? []
    : [...policies.entries()].filter(
        ([, policy]) => policy.policyTypes.includes(direction) && selects(policy.podSelector, pod.labels),
      );
  const key = selecting.map(([index]) => index).join(' ');
  const before = known.get(key);
  if (before !== undefined) return before;
  const rules = selecting.map(([, policy]) => compiledOf(policy).rules[direction]);
  const entries = distinct(rules.flatMap((one) => one.entries));
  const open = selecting.length === 0;
  const profile: Profile = {
    slot,
    open,
    key: open ? 'open' : entries.map(({ peer, spec }) => `${peer.id}:${spec.id}`).join(' '),
    entries,
    own: rules.flatMap(({ own }) => own),
    units: [],
  };
  known.set(key, profile);
  return profile;
}

function compilePolicy(policy: NetworkPolicy, tables: Tables): CompiledPolicy {
  const rules = (direction: Direction): { entries: readonly Entry[]; own: readonly OwnEntry[] } => {
    const entries: Entry[] = [];
    const own: OwnEntry[] = [];
    for (const { peers, ports } of rulesOf(policy, direction)) {
      const spec = tables.ports.spec(ports);
      if (peers.length === 0) entries.push({ peer: tables.peer('anybody'), spec });
      for (const item of peers) {
        const { podSelector, namespaceSelector } = item;
        if (podSelector !== undefined && namespaceSelector === undefined) {
          own.push({ matches: matcherOf(podSelector), spec });
        } else entries.push({ peer: tables.peer(item), spec });
      }
    }
    return { entries, own };
  };
  return { rules: { Ingress: rules('Ingress'), Egress: rules('Egress') } };
}

/** Rules that several policies repeat count once. */
function distinct(entries: readonly Entry[]): readonly Entry[] {
  if (entries.length < 2) return entries;
  const seen = new Map<string, Entry>();
  for (const entry of entries) seen.set(`${entry.peer.id} ${entry.spec.id}`, entry);
  return [...seen.values()];
}

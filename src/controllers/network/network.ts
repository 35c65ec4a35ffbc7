/** Looks now and then which network plugins run, and tells what that means for a proof: no policy holds that nobody enforces. */
import { listAt, stringAt } from '../../k8s/json.ts';
import type { Api } from '../api.ts';
import { right } from '../controller.ts';
import type { Controller } from '../controller.ts';
import type { Surroundings } from '../surroundings.ts';
import { pluginNamespaces, recognise } from './recognition.ts';
import type { Enforcement, Plugin } from './recognition.ts';

/** What is known of the network: who enforces, and what holds whoever of them does. */
export interface Network {
  /** Names of the plugins, joined; empty where none is recognised. */
  readonly plugins: string;
  readonly enforced: Enforcement;
  readonly ipBlockMatchesPods: boolean | undefined;
  readonly corners: readonly string[];
}

export interface NetworkOptions {
  readonly api: Api;
  readonly around: Pick<Surroundings, 'rules' | 'namespaces'>;
  /** Called when what is known became something else. */
  readonly changed: () => void;
}

export interface NetworkWatch extends Controller {
  /** Undefined before the first look. */
  readonly known: () => Network | undefined;
  /** What keeps a Boundary from being a proof; empty where policies are enforced. */
  readonly lacking: () => readonly string[];
  /** Who enforces and how corners are read, in words; undefined where nobody is known to. */
  readonly told: () => string | undefined;
}

const path = '/apis/apps/v1/daemonsets?resourceVersion=0';
const askMillis = 10_000;

/** One key. DaemonSets of tenants say nothing: anybody may call one calico-node. */
export function network({ api, around, changed }: NetworkOptions): NetworkWatch {
  let known: Network | undefined;

  const isTrusted = (namespace: string): boolean => {
    const { tenancy, ruleSet } = around.rules();
    if (tenancy.exemptNamespaces.has(namespace)) return true;
    if (!pluginNamespaces.includes(namespace)) return false;
    const facts = around.namespaces().lookup(namespace);
    return typeof facts !== 'string' && ruleSet.selecting(namespace, facts.labels).length === 0;
  };

  return {
    name: 'network',
    keys: () => ['plugins'],
    reconcile: async () => {
      const asked = await api.ask({ path, deadlineMillis: askMillis });
      if (!asked.ok) return { outcome: 'failed', ...asked.failure };
      const trusted = listAt(asked.body, 'items').filter((item) =>
        isTrusted(stringAt(item, 'metadata', 'namespace') ?? ''),
      );
      const found = networkOf(trusted.map(recognise).filter((plugin) => plugin !== undefined));
      const differs = JSON.stringify(found) !== JSON.stringify(known);
      known = found;
      if (differs) changed();
      return right;
    },
    known: () => known,
    lacking: () => lackingOf(known),
    told: () => toldOf(known),
  };
}

/** Of several plugins those count that enforce, for one enforces for another (Calico beside Flannel). */
export function networkOf(plugins: readonly Plugin[]): Network {
  const enforced = (['yes', 'unknown', 'no'] as const).find((one) =>
    plugins.some(({ enforces }) => enforces === one),
  );
  const counting = plugins.filter(({ enforces }) => enforces === enforced);
  return {
    plugins: [...new Set(counting.map(({ name }) => name))].sort().join(' and '),
    enforced: enforced ?? 'unknown',
    ipBlockMatchesPods:
      counting.length === 0 ? undefined : counting.every(({ ipBlockMatchesPods }) => ipBlockMatchesPods),
    corners: [...new Set(counting.flatMap(({ corners }) => corners))],
  };
}

export function lackingOf(known: Network | undefined): readonly string[] {
  if (known === undefined) return ['not known yet whether a network plugin enforces'];
  if (known.plugins === '') return ['no network plugin is recognised, so nobody is known to enforce'];
  switch (known.enforced) {
    case 'yes':
      return [];
    case 'no':
      return [`the network plugin ${known.plugins} does not enforce NetworkPolicies`];
    case 'unknown':
      return [`not known whether the network plugin ${known.plugins} enforces NetworkPolicies`];
    default:
      return known.enforced satisfies never;
  }
}

export function toldOf(known: Network | undefined): string | undefined {
  if (known?.enforced !== 'yes') return undefined;
  const blocks = known.ipBlockMatchesPods === true ? 'ipBlock matches pods' : 'ipBlock does not match pods';
  return [`enforced by ${known.plugins}`, blocks, ...known.corners].join(', ');
}

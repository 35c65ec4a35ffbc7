/** Guarded annotations: keys that attach networks or choose addresses, which only the network plugin itself may write (wire.md). */
import { escapeToken } from '../../k8s/json.ts';
import type { Labels } from '../../k8s/labelSelector.ts';
import type { GuardingBoundary, Guards, SettingAction } from './context.ts';
import type { Finding } from './finding.ts';
import { quotedKey, shownPointer } from './text.ts';

/** What a key does. What a configured key does is not known, so both settings count for it. */
export type GuardedPurpose = 'network' | 'address' | 'configured';

/** Always guarded. The keys that plugins write on every pod (network-status, podIP, podIPs, containerID) are not read back and stay free. */
export const guardedByDefault: ReadonlyMap<string, GuardedPurpose> = new Map([
  ['k8s.v1.cni.cncf.io/networks', 'network'],
  ['v1.multus-cni.io/default-network', 'network'],
  ['cni.projectcalico.org/ipAddrs', 'address'],
  ['cni.projectcalico.org/ipAddrsNoIpam', 'address'],
  ['cni.projectcalico.org/floatingIPs', 'address'],
  ['cni.projectcalico.org/ipv4pools', 'address'],
  ['cni.projectcalico.org/ipv6pools', 'address'],
  ['cni.projectcalico.org/hwAddr', 'address'],
  ['ipam.antrea.io/*', 'address'],
  ['ovn.kubernetes.io/*', 'address'],
]);

/** Claims that a pattern names a key: the key itself, or its prefix with a star (`example.com/*`). */
export function matchesKey(patterns: ReadonlySet<string>, key: string): boolean {
  return patterns.size > 0 && (patterns.has(key) || patterns.has(starred(key)));
}

/** `prefix/*` of a key; a key without prefix is matched by itself only. */
const starred = (key: string): string => (key.includes('/') ? `${key.slice(0, key.indexOf('/') + 1)}*` : key);

/** The strictest of two actions. */
const stricter = (left: SettingAction, right: SettingAction): SettingAction =>
  (['Deny', 'Warn', 'Audit'] as const).find((action) => left === action || right === action) ?? 'Allow';

/** What a Boundary says to a key of that purpose. */
export function actionFor(purpose: GuardedPurpose, { pods }: GuardingBoundary): SettingAction {
  switch (purpose) {
    case 'network':
      return pods.secondaryNetworks;
    case 'address':
      return pods.addressRequests;
    case 'configured':
      return stricter(pods.secondaryNetworks, pods.addressRequests);
  }
}

/** The guarded annotations of one purpose that an object carries. A value that changes is a new finding; one that goes is none. */
export function guardedFindings(
  annotations: Labels,
  guards: Guards,
  purpose: GuardedPurpose,
): readonly Finding[] {
  const found: Finding[] = [];
  for (const [key, value] of annotations) {
    const known = guardedByDefault.get(key) ?? guardedByDefault.get(starred(key));
    const actual = known ?? (matchesKey(guards.annotations, key) ? 'configured' : undefined);
    if (actual !== purpose) continue;
    found.push({
      identity: `${key} ${value}`,
      field: shownPointer(`/metadata/annotations/${escapeToken(key)}`),
      message: () =>
        `annotation ${quotedKey(key)} ${says[purpose]}; remove it, or let the network plugin's ServiceAccount (guards.annotationWriters) write it`,
    });
  }
  return found;
}

const says: Readonly<Record<GuardedPurpose, string>> = {
  network: 'attaches a network on which NetworkPolicies do not hold',
  address: 'chooses an address, which other rules may trust',
  configured: 'is guarded by the configuration (guards.annotations)',
};

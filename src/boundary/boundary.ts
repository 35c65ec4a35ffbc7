/** A Boundary after decoding: everything that does not depend on a namespace is ready. */
import type { Read } from '../config/issue.ts';
import { sound, unsound } from '../config/issue.ts';
import { Decoder } from '../k8s/decoder.ts';
import { decodeSelector, selectorKeys } from '../k8s/labelSelector.ts';
import type { LabelSelector } from '../k8s/labelSelector.ts';
import { nameLabel } from '../k8s/namespaceFacts.ts';
import type { Direction, Protocol } from '../k8s/networkPolicy.ts';
import { isPortName, isQualifiedName } from '../k8s/syntax.ts';
import { numericConnections } from '../netpol/connections.ts';
import type { PortPins } from '../netpol/ports.ts';
import { decodeBothWays } from './limitRule.ts';
import type { BothWays, LimitRule } from './limitRule.ts';
import type { BoundaryDocument, BoundarySpec } from './schema.ts';

export type { BothWays } from './limitRule.ts';

export type OnExcess = 'Deny' | 'Narrow' | 'Warn' | 'Audit';
export type Setting = 'Deny' | 'Warn' | 'Audit' | 'Allow';

export interface Boundary {
  readonly name: string;
  /** It was replaced or deleted, and stays in force beside what came after it until every replica has that. */
  readonly superseded?: true;
  readonly selector: LabelSelector;
  /** The limit of each direction; undefined where there is none. An empty list allows nothing. */
  readonly limit: { readonly [D in Direction]: readonly LimitRule[] | undefined };
  readonly never: BothWays;
  readonly floor: { readonly mode: 'Create' | 'Audit'; readonly allowDNS: boolean; readonly allow: BothWays };
  readonly portNames: ReadonlyMap<string, readonly PinnedPort[]>;
  readonly portPins: PortPins;
  readonly onExcess: OnExcess;
  readonly pods: Required<NonNullable<BoundarySpec['pods']>>;
  readonly stampPods: readonly string[];
  readonly otherPolicies: Setting;
}

/** Decodes a document whose shape was checked against the schema; mistakes of meaning are all named. */
export function decodeBoundary(document: BoundaryDocument): Read<Boundary> {
  const { spec, metadata } = document;
  const decoder = new Decoder();
  const limits = decodeBothWays(decoder, spec, '/spec');
  const portNames = decodePortNames(decoder, spec.portNames ?? {});
  const boundary: Boundary = {
    name: metadata.name,
    selector: decodeSelector(decoder, spec.namespaceSelector, '/spec/namespaceSelector'),
    limit: {
      Ingress: spec.ingress === undefined ? undefined : limits.Ingress,
      Egress: spec.egress === undefined ? undefined : limits.Egress,
    },
    never: decodeBothWays(decoder, spec.never, '/spec/never'),
    floor: {
      mode: spec.floor.mode,
      allowDNS: spec.floor.allowDNS ?? true,
      allow: decodeBothWays(decoder, spec.floor.allow, '/spec/floor/allow'),
    },
    portNames,
    portPins: toPins(portNames),
    onExcess: spec.onExcess ?? 'Deny',
    pods: {
      hostNetwork: spec.pods?.hostNetwork ?? 'Deny',
      hostAccess: spec.pods?.hostAccess ?? 'Deny',
      rawSockets: spec.pods?.rawSockets ?? 'Drop',
      secondaryNetworks: spec.pods?.secondaryNetworks ?? 'Deny',
      addressRequests: spec.pods?.addressRequests ?? 'Deny',
      beforeFloor: spec.pods?.beforeFloor ?? 'Gate',
    },
    stampPods: spec.stampPods ?? [],
    otherPolicies: spec.otherPolicies ?? 'Deny',
  };
  for (const key of boundary.stampPods) {
    if (!isQualifiedName(key)) {
      decoder.report(
        'selector.key',
        '/spec/stampPods',
        `"${key.slice(0, 80)}" is no valid label key ([prefix/]name)`,
      );
    }
  }
  return decoder.issues.length > 0 ? unsound(decoder.issues) : sound(boundary);
}

/** One port that a container port's name may stand for. */
export interface PinnedPort {
  readonly protocol: Protocol;
  readonly port: number;
}

function decodePortNames(
  decoder: Decoder,
  written: { readonly [name: string]: readonly string[] },
): ReadonlyMap<string, readonly PinnedPort[]> {
  const names = new Map<string, readonly PinnedPort[]>();
  for (const [name, ports] of Object.entries(written)) {
    if (!isPortName(name)) {
      decoder.report(
        'port.name',
        '/spec/portNames',
        `"${name.slice(0, 80)}" is no port name: at most 15 of [a-z0-9-] with a letter`,
      );
    }
    names.set(
      name,
      ports.map((text) => pinnedPort(decoder, text)),
    );
  }
  return names;
}

function pinnedPort(decoder: Decoder, text: string): PinnedPort {
  const [protocol, number] = text.split('/');
  const port = Number(number);
  if (port < 1 || port > 65535) {
    decoder.report('port.number', '/spec/portNames', `${text}: the port must be between 1 and 65535`);
  }
  return { protocol: asProtocol(protocol), port };
}

/** The pinned names as sets of connections. */
const toPins = (names: ReadonlyMap<string, readonly PinnedPort[]>): PortPins =>
  new Map([...names].map(([name, ports]) => [name, numericConnections(ports)]));

const asProtocol = (text: string | undefined): Protocol => (text === 'UDP' || text === 'SCTP' ? text : 'TCP');

/** The namespace label keys that this Boundary trusts, and that must therefore be protected (api.md 1): never the name, which cannot be forged. */
export function trustedKeys(boundary: Boundary): ReadonlySet<string> {
  const keys = new Set<string>(boundary.stampPods);
  const fromSelector = (selector: LabelSelector | undefined): void => {
    for (const key of selectorKeys(selector)) keys.add(key);
  };
  fromSelector(boundary.selector);
  for (const rule of allRules(boundary)) {
    for (const peer of rule.peers) {
      fromSelector(peer.namespaceSelector);
      for (const key of peer.sameLabels ?? []) keys.add(key);
    }
  }
  keys.delete(nameLabel);
  return keys;
}

/** Every rule of the Boundary: limits, never and floor. */
export const allRules = ({ limit, never, floor }: Boundary): readonly LimitRule[] =>
  [
    limit.Ingress ?? [],
    limit.Egress ?? [],
    never.Ingress,
    never.Egress,
    floor.allow.Ingress,
    floor.allow.Egress,
  ].flat();

/** The Boundaries in force: which of them select a namespace, and their limits for it, resolved once and remembered. */
import { selects } from '../k8s/labelSelector.ts';
import type { Labels } from '../k8s/labelSelector.ts';
import { nameLabel } from '../k8s/namespaceFacts.ts';
import type { NamespaceFacts } from '../k8s/namespaceFacts.ts';
import { directions } from '../k8s/networkPolicy.ts';
import type { Cube } from '../netpol/cube.ts';
import * as cubes from '../netpol/cube.ts';
import * as connections from '../netpol/connections.ts';
import { onlyNamespace } from '../netpol/lift.ts';
import type { PortPins } from '../netpol/ports.ts';
import { notAmong } from '../netpol/valueSet.ts';
import { trustedKeys } from './boundary.ts';
import type { Boundary } from './boundary.ts';
import type { ExceptionFlows } from './exceptionFlows.ts';
import { resolveLimit } from './limit.ts';
import type { Limit } from './limit.ts';
import type { Surroundings } from './surroundings.ts';

/** What guards one namespace: the Boundaries that select it and their limits. Empty where none does. */
export interface Guard {
  readonly boundaries: readonly Boundary[];
  readonly limits: readonly Limit[];
  /** The port pins that every pod of the namespace keeps. */
  readonly pins: PortPins;
  /** Its labels that count as facts. */
  readonly facts: Labels;
  /** The namespace as a cube: with those facts, and with its name only. */
  readonly own: Record<'known' | 'unknown', Cube | undefined>;
}

/** What the configuration adds to the Boundaries. */
export interface RuleSetOptions {
  readonly surroundings: Surroundings;
  readonly protectedLabels: readonly string[];
  readonly exemptNamespaces: ReadonlySet<string>;
}

/** How many resolved namespaces are remembered; beyond that the oldest are resolved again when asked for. */
const mostRemembered = 4096;

export class RuleSet {
  readonly boundaries: readonly Boundary[];
  readonly surroundings: Surroundings;
  /** Namespace label keys that only administrators may write. */
  readonly protectedKeys: ReadonlySet<string>;
  readonly exemptNamespaces: ReadonlySet<string>;
  private readonly guarded: readonly { readonly cube: Cube; readonly pins: PortPins }[];
  private readonly remembered = new Map<string, Guard>();
  /** The same for the very object, so that one that is asked about again and again needs no key. */
  private readonly ofFacts = new WeakMap<NamespaceFacts, Guard>();

  constructor(boundaries: readonly Boundary[], options: RuleSetOptions) {
    this.boundaries = [...boundaries].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.surroundings = options.surroundings;
    this.exemptNamespaces = options.exemptNamespaces;
    this.protectedKeys = new Set([
      ...options.protectedLabels.filter((key) => key !== nameLabel),
      ...this.boundaries.flatMap((boundary) => [...trustedKeys(boundary)]),
    ]);
    this.guarded = this.boundaries.flatMap(({ selector, portPins }) => {
      const cube = cubes.cubeOf(selector, cubes.everyNamespace);
      const kept = cube && cubes.constrain(cube, nameLabel, notAmong(options.exemptNamespaces));
      return kept === undefined || portPins.size === 0 ? [] : [{ cube: kept, pins: portPins }];
    });
  }

  /** The Boundaries that select a namespace with these labels; exempt namespaces are never selected. */
  selecting(name: string, labels: Labels): readonly Boundary[] {
    if (this.exemptNamespaces.has(name)) return [];
    const seen = new Map(labels).set(nameLabel, name);
    return this.boundaries.filter((boundary) => selects(boundary.selector, seen));
  }

  /** What guards a namespace, widened by its `exceptions`. */
  guardOf(namespace: NamespaceFacts, exceptions: readonly ExceptionFlows[] = []): Guard {
    if (exceptions.length > 0) return this.resolve(namespace, exceptions);
    const seen = this.ofFacts.get(namespace);
    if (seen !== undefined) return seen;
    const guard = this.keyedGuardOf(namespace);
    this.ofFacts.set(namespace, guard);
    return guard;
  }

  private keyedGuardOf(namespace: NamespaceFacts): Guard {
    const key = this.memoryKey(namespace);
    const known = this.remembered.get(key);
    if (known !== undefined) return known;
    const guard = this.resolve(namespace, []);
    if (this.remembered.size >= mostRemembered) {
      const oldest = this.remembered.keys().next();
      if (oldest.done !== true) this.remembered.delete(oldest.value);
    }
    this.remembered.set(key, guard);
    return guard;
  }

  /** The labels of a namespace that count as facts: those of protected keys, where present. */
  factsOf(namespace: NamespaceFacts): Labels {
    const facts = new Map<string, string>();
    for (const key of this.protectedKeys) {
      const value = namespace.labels.get(key);
      if (value !== undefined) facts.set(key, value);
    }
    return facts;
  }

  /** The port pins that every pod of these namespaces keeps; where several Boundaries pin one name, all of them hold. */
  pinsFor(namespaces: Cube): PortPins {
    return together(
      this.guarded.filter(({ cube }) => cubes.within(namespaces, cube)).map(({ pins }) => pins),
    );
  }

  private resolve(namespace: NamespaceFacts, exceptions: readonly ExceptionFlows[]): Guard {
    const boundaries = this.selecting(namespace.name, namespace.labels);
    const dnsJoins = boundaries.every(({ limit, floor }) => limit.Egress === undefined || floor.allowDNS);
    const limits = boundaries.flatMap((boundary) =>
      directions.flatMap(
        (direction) =>
          resolveLimit(boundary, direction, namespace, this.surroundings, dnsJoins, exceptions) ?? [],
      ),
    );
    const { name } = namespace;
    const facts = this.factsOf(namespace);
    return {
      boundaries,
      limits,
      pins: together(boundaries.map(({ portPins }) => portPins)),
      facts,
      own: { known: onlyNamespace(name, facts), unknown: onlyNamespace(name, new Map()) },
    };
  }

  /** Resolution reads the name and the protected labels, nothing else: every key that a Boundary uses is protected. */
  private memoryKey(namespace: NamespaceFacts): string {
    const parts = [namespace.name];
    for (const key of this.protectedKeys) {
      const value = namespace.labels.get(key);
      parts.push(value === undefined ? '-' : `=${value}`);
    }
    return parts.join('\n');
  }
}

/** Pins that hold at once: a name that several of them pin may only be what all of them say. */
function together(all: readonly PortPins[]): PortPins {
  const pins = new Map<string, connections.Connections>();
  for (const [name, ports] of all.flatMap((one) => [...one])) {
    const known = pins.get(name);
    pins.set(name, known === undefined ? ports : connections.intersection(known, ports));
  }
  return pins;
}

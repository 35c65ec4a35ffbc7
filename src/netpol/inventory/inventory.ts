/** Reads manifests into the namespaces, pods and policies that questions about connections are asked of. */
import type { Document } from '../../config/document.ts';
import { sound, unsound } from '../../config/issue.ts';
import type { Issue, Position, Read } from '../../config/issue.ts';
import { Decoder } from '../../k8s/decoder.ts';
import { isObject, own, ownAt, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Labels } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import type { NetworkPolicy } from '../../k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../k8s/networkPolicyDecode.ts';
import { decodeMeta } from '../../k8s/objectMeta.ts';
import { isDnsLabel } from '../../k8s/syntax.ts';
import type { ConcreteNamespace, ConcretePod } from '../concrete/world.ts';
import { sortKind } from './kind.ts';
import type { InventoryKind } from './kind.ts';
import { expandPods } from './expandPods.ts';
import type { PodDocument } from './expandPods.ts';

/** A pod, or one that stands for all pods of a workload and then has the workload's name. */
export interface InventoryPod extends ConcretePod {
  /** The kind of the object it was read from. */
  readonly from: string;
  /** It stands for several pods, which can talk to each other. */
  readonly several: boolean;
}

export interface Inventory {
  readonly namespaces: readonly ConcreteNamespace[];
  readonly pods: readonly InventoryPod[];
  /** Each with its namespace filled in. */
  readonly policies: readonly NetworkPolicy[];
  /** What is sound but may not mean what its author thinks. */
  readonly warnings: readonly Issue[];
  /** Where a pointer into a policy (`namespace/name`) stands in the manifests. */
  readonly placeOf: (policy: string, pointer: string) => Position | undefined;
}

export interface InventoryOptions {
  /** Where objects without `metadata.namespace` go. */
  readonly defaultNamespace: string;
}

/**
 * Reads documents. Namespaces, Pods, workloads (each becomes one pod with the workload's name) and NetworkPolicies are taken; kinds that
 * decide nothing about connections are passed over. Every mistake is reported with its place: a document that is no object, a known kind in
 * an unknown version, a policy of another kind, an object given twice.
 *
 * A namespace that is only mentioned exists without labels but its name; a warning says so where a policy asks for namespace labels.
 */
export function readInventory(documents: readonly Document[], options: InventoryOptions): Read<Inventory> {
  const reading = new Reading(options.defaultNamespace);
  for (const document of documents) reading.add(document);
  return reading.finish();
}

class Reading {
  readonly #defaultNamespace: string;
  readonly #issues: Issue[] = [];
  readonly #warnings: Issue[] = [];
  readonly #labels = new Map<string, Labels>();
  readonly #seen = new Map<string, unknown>();
  readonly #pods: PodDocument[] = [];
  readonly #policies: NetworkPolicy[] = [];
  readonly #places = new Map<string, Pick<Document, 'file' | 'positionOf'>>();

  constructor(defaultNamespace: string) {
    this.#defaultNamespace = defaultNamespace;
  }

  add(document: Document): void {
    const { value } = document;
    if (!isObject(value)) {
      this.#report(document, {
        code: 'inventory.object',
        pointer: '',
        message: 'must be a Kubernetes object',
      });
      return;
    }
    const apiVersion = stringAt(value, 'apiVersion');
    const kind = stringAt(value, 'kind');
    if (apiVersion === undefined || kind === undefined) {
      const pointer = apiVersion === undefined ? '/apiVersion' : '/kind';
      const message = `${pointer.slice(1)} is missing; a Kubernetes object says what it is`;
      this.#report(document, { code: 'inventory.kind', pointer, message });
      return;
    }
    const sorted = sortKind(apiVersion, kind);
    if (sorted.is === 'refused') this.#report(document, { ...sorted, pointer: sorted.field });
    if (sorted.is === 'read') this.#read(document, value, sorted.kind);
  }

  finish(): Read<Inventory> {
    const expanded = expandPods(this.#pods);
    for (const { document, issue } of expanded.issues) this.#report(document, issue);
    if (this.#issues.length > 0) return unsound(this.#issues);
    const unlisted = new Set(
      [
        ...expanded.pods.map(({ home }) => home),
        ...this.#policies.map(({ metadata }) => metadata.namespace),
      ].filter((name) => !this.#labels.has(name)),
    );
    this.#warnAbout(unlisted);
    const names = [...this.#labels.keys(), ...unlisted].sort();
    const namespaces = new Map(
      names.map((name) => [name, { name, labels: this.#labels.get(name) ?? new Map<string, string>() }]),
    );
    const pods = expanded.pods.flatMap(({ home, ...pod }): InventoryPod[] => {
      const namespace = namespaces.get(home);
      return namespace === undefined ? [] : [{ kind: 'pod', namespace, ...pod }];
    });
    return sound({
      namespaces: [...namespaces.values()],
      pods,
      policies: this.#policies,
      warnings: this.#warnings,
      placeOf: placeIn(this.#places),
    });
  }

  #read(document: Document, value: JsonObject, kind: InventoryKind): void {
    const decoder = new Decoder();
    const metadata = decodeMeta(decoder, own(value, 'metadata'), '/metadata');
    const name =
      metadata.name === '' && metadata.generateName !== '' ? `${metadata.generateName}*` : metadata.name;
    const home = metadata.namespace === '' ? this.#defaultNamespace : metadata.namespace;
    if (name === '')
      decoder.report('inventory.name', '/metadata/name', `this ${kind} has no name; give it one`);
    if (!isDnsLabel(home)) {
      const message = `"${home.slice(0, 80)}" is no namespace name: at most 63 of [a-z0-9-]`;
      decoder.report('inventory.namespaceName', '/metadata/namespace', message);
    }
    if (decoder.issues.length > 0) {
      for (const issue of decoder.issues) this.#report(document, issue);
      return;
    }
    if (this.#isRepeated(document, kind, kind === 'Namespace' ? name : `${home}/${name}`)) return;
    if (kind === 'Namespace') this.#labels.set(name, metadata.labels);
    else if (kind === 'NetworkPolicy') this.#readPolicy(document, home, name);
    else this.#pods.push({ document, value, kind, home, name });
  }

  #readPolicy(document: Document, namespace: string, name: string): void {
    const read = decodeNetworkPolicy(document.value, { strict: false });
    if (!read.ok) {
      for (const issue of read.issues) this.#report(document, issue);
      return;
    }
    const { file, positionOf } = document;
    this.#places.set(`${namespace}/${name}`, { file, positionOf });
    this.#policies.push({ ...read.value, metadata: { ...read.value.metadata, namespace, name } });
    const strictly = decodeNetworkPolicy(document.value, { strict: true });
    if (!strictly.ok) this.#warnings.push(...strictly.issues.map((issue) => place(document, issue)));
  }

  /** The same Namespace may stand in several files; what has rules or pods may not, since only one of the two would be in the cluster. */
  #isRepeated(document: Document, kind: InventoryKind, name: string): boolean {
    const key = `${kind} ${name}`;
    const before = this.#seen.get(key);
    this.#seen.set(key, document.value);
    if (before === undefined) return false;
    const contentOf = (value: unknown): string =>
      JSON.stringify(kind === 'Namespace' ? namespaceContent(value) : value);
    if (contentOf(before) !== contentOf(document.value)) {
      const message = `${key} is given twice, and differently; keep one`;
      this.#report(document, { code: 'inventory.duplicate', pointer: '/metadata/name', message });
    }
    return true;
  }

  #warnAbout(unlisted: ReadonlySet<string>): void {
    const asked = this.#policies.some((policy) =>
      [...policy.ingress, ...policy.egress].some(({ peers }) =>
        peers.some(({ namespaceSelector: selector }) => {
          const keys = [
            ...(selector?.matchLabels.keys() ?? []),
            ...(selector?.matchExpressions.map(({ key }) => key) ?? []),
          ];
          return keys.some((key) => key !== nameLabel);
        }),
      ),
    );
    if (!asked) return;
    for (const name of [...unlisted].sort()) {
      const message = `Namespace ${name} is not among the manifests; it is taken to have no labels but its name`;
      this.#warnings.push({ code: 'inventory.namespace', message });
    }
  }

  #report(document: Document, issue: Issue): void {
    this.#issues.push(place(document, issue));
  }
}

type Places = ReadonlyMap<string, Pick<Document, 'file' | 'positionOf'>>;

/** A function of its own, so that what it keeps alive is the places and not everything that was read. */
const placeIn =
  (places: Places): Inventory['placeOf'] =>
  (policy, pointer) => {
    const place = places.get(policy);
    return place && { file: place.file, pointer, ...place.positionOf(pointer) };
  };

/** What of a Namespace matters here. */
const namespaceContent = (value: unknown): unknown =>
  [...decodeMeta(new Decoder(), ownAt(value, 'metadata'), '').labels].sort(([a], [b]) => (a < b ? -1 : 1));

/** Adds file, line and column to what was found at a pointer. */
function place(document: Document, issue: Issue): Issue {
  const pointer = issue.pointer ?? '';
  const part = issue.code === 'field.unknown' ? 'key' : 'value';
  return {
    code: issue.code,
    message: issue.message,
    pointer,
    file: document.file,
    ...document.positionOf(pointer, part),
  };
}

/** Reads manifests into the namespaces, pods and policies that questions about connections are asked of. */
import type { Document } from '../../config/document.ts';
import { sound, unsound } from '../../config/issue.ts';
import type { Issue, Position, Read } from '../../config/issue.ts';
import { Decoder } from '../../k8s/decoder.ts';
import { isObject, own, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { selectorKeys } from '../../k8s/labelSelector.ts';
import type { Labels } from '../../k8s/labelSelector.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import type { NetworkPolicy } from '../../k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../k8s/networkPolicyDecode.ts';
import { decodeMeta } from '../../k8s/objectMeta.ts';
import { isDnsLabel } from '../../k8s/syntax.ts';
import type { ConcreteNamespace, NamedPort } from '../concrete/world.ts';
import { sortKind } from './kind.ts';
import type { InventoryKind } from './kind.ts';
import { expandPods, podSource } from './expandPods.ts';
import type { InventoryPod, PodSource } from './expandPods.ts';

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
  /** Whether places in policies will be asked for, for which their texts have to be kept. They will unless said. */
  readonly places?: boolean;
}

/**
 * Reads documents. Namespaces, Pods, workloads (each becomes one pod with the workload's name) and NetworkPolicies are taken; kinds that
 * decide nothing about connections are passed over. Every mistake is reported with its place: a document that is no object, a known kind in
 * an unknown version, a policy of another kind, an object given twice.
 *
 * A namespace that is only mentioned exists without labels but its name; a warning says so where a policy asks for namespace labels.
 */
export function readInventory(documents: readonly Document[], options: InventoryOptions): Read<Inventory> {
  const reading = new InventoryReading(options);
  for (const document of documents) reading.add(document);
  return reading.finish();
}

/** The same for documents that come one by one. Of each only what matters is kept, so that an export of a whole cluster finds room. */
export class InventoryReading {
  readonly #defaultNamespace: string;
  readonly #issues: Issue[] = [];
  readonly #warnings: Issue[] = [];
  readonly #labels = new Map<string, Labels>();
  /** By kind and namespace, then name. */
  readonly #seen = new Map<string, Map<string, Labels | NetworkPolicy | PodSource>>();
  readonly #ports = new Map<string, readonly NamedPort[]>();
  readonly #pods: PodSource[] = [];
  readonly #policies: NetworkPolicy[] = [];
  readonly #places: Map<string, Pick<Document, 'file' | 'positionOf'>> | undefined;

  constructor({ defaultNamespace, places = true }: InventoryOptions) {
    this.#defaultNamespace = defaultNamespace;
    this.#places = places ? new Map() : undefined;
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
    const namespaces = new Map([...this.#labels].map(([name, labels]) => [name, { name, labels }]));
    const unlisted = new Set<string>();
    const namespaceOf = (name: string): ConcreteNamespace => {
      const known = namespaces.get(name);
      if (known !== undefined) return known;
      const mentioned = { name, labels: new Map<string, string>() };
      namespaces.set(name, mentioned);
      unlisted.add(name);
      return mentioned;
    };
    const { pods, issues } = expandPods(this.#pods, namespaceOf);
    for (const { metadata } of this.#policies) namespaceOf(metadata.namespace);
    for (const issue of issues) this.#issues.push(issue);
    if (this.#issues.length > 0) return unsound(this.#issues);
    this.#warnAbout(unlisted);
    return sound({
      namespaces: [...namespaces.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
      pods,
      policies: this.#policies,
      warnings: this.#warnings,
      placeOf: placeIn(this.#places ?? new Map()),
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
    if (kind === 'Namespace') {
      if (this.#isNew(document, 'Namespace ', name, metadata.labels)) this.#labels.set(name, metadata.labels);
    } else if (kind === 'NetworkPolicy') this.#readPolicy(document, home, name);
    else {
      const source = podSource(
        value,
        { kind, home, name },
        { placed: (issue) => place(document, issue), shared: (ports) => this.#shared(ports) },
      );
      if (this.#isNew(document, `${kind} ${home}/`, name, source)) this.#pods.push(source);
    }
  }

  #readPolicy(document: Document, namespace: string, name: string): void {
    const read = decodeNetworkPolicy(document.value, { strict: false });
    if (!read.ok) {
      for (const issue of read.issues) this.#report(document, issue);
      return;
    }
    const { podSelector, policyTypes, ingress, egress } = read.value;
    const metadata = { ...read.value.metadata, namespace, name };
    const policy = { metadata, podSelector, policyTypes, ingress, egress };
    if (!this.#isNew(document, `NetworkPolicy ${namespace}/`, name, policy)) return;
    const { file, positionOf } = document;
    this.#places?.set(`${namespace}/${name}`, { file, positionOf });
    this.#policies.push(policy);
    const strictly = decodeNetworkPolicy(document.value, { strict: true });
    if (!strictly.ok) this.#warnings.push(...strictly.issues.map((issue) => place(document, issue)));
  }

  /** The same object may stand in several files, as long as it says the same about connections: only one of the two would be in the cluster. */
  #isNew(
    document: Document,
    place: string,
    name: string,
    content: Labels | NetworkPolicy | PodSource,
  ): boolean {
    const neighbours = this.#seen.get(place) ?? new Map<string, Labels | NetworkPolicy | PodSource>();
    this.#seen.set(place, neighbours);
    const before = neighbours.get(name);
    if (before === undefined) {
      neighbours.set(name, content);
      return true;
    }
    if (asText(before) !== asText(content)) {
      const message = `${place}${name} is given twice, and differently; keep one`;
      this.#report(document, { code: 'inventory.duplicate', pointer: '/metadata/name', message });
    }
    return false;
  }

  /** Most pods have the ports of some other. */
  #shared(ports: readonly NamedPort[]): readonly NamedPort[] {
    let key = '';
    for (const { name, protocol, number } of ports) key += `${name} ${protocol} ${number} `;
    const known = this.#ports.get(key);
    if (known === undefined) this.#ports.set(key, ports);
    return known ?? ports;
  }

  #warnAbout(unlisted: ReadonlySet<string>): void {
    const asked = this.#policies.some((policy) =>
      [...policy.ingress, ...policy.egress].some(({ peers }) =>
        peers.some(({ namespaceSelector }) =>
          selectorKeys(namespaceSelector).some((key) => key !== nameLabel),
        ),
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

/** A text that is the same for the same content, maps in whatever order. */
const asText = (content: unknown): string =>
  JSON.stringify(content, (_key, value: unknown) => {
    if (value instanceof Map) return [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    return typeof value === 'bigint' ? String(value) : value;
  });

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

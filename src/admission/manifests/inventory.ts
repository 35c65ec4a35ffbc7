/** Reads the namespaces that a decision without a cluster is told about. */
import type { Document } from '../../config/document.ts';
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { isObject, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { readNamespace } from '../../k8s/namespace.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { isDnsLabel } from '../../k8s/syntax.ts';
import { placed } from '../rules.ts';

/** One namespace of the inventory, as facts and as the object that is stored. */
export interface StoredNamespace {
  readonly facts: NamespaceFacts;
  readonly object: JsonObject;
}

/** Claims that a document is a Namespace; other kinds in an inventory mean nothing here. */
export const isNamespace = ({ value }: Document): boolean =>
  stringAt(value, 'kind') === 'Namespace' && stringAt(value, 'apiVersion') === 'v1';

/** The facts of every Namespace among the documents; two of one name are a mistake. */
export function readInventory(documents: readonly Document[]): Read<readonly StoredNamespace[]> {
  const issues: Issue[] = [];
  const namespaces = new Map<string, StoredNamespace>();
  for (const document of documents) {
    const { value } = document;
    if (!isNamespace(document) || !isObject(value)) continue;
    const report = (code: string, pointer: string, message: string): number =>
      issues.push(placed({ code, pointer, message }, document));
    const { namespace, issues: mistakes } = readNamespace(value);
    const { name, labels } = namespace.metadata;
    issues.push(...mistakes.map((issue) => placed(issue, document)));
    if (!isDnsLabel(name))
      report('inventory.name', '/metadata/name', 'a Namespace needs a name of [a-z0-9-], at most 63');
    else if (namespaces.has(name))
      report('inventory.duplicate', '/metadata/name', `namespace "${name}" is listed twice`);
    namespaces.set(name, { facts: { name, labels, terminating: namespace.terminating }, object: value });
  }
  return issues.length > 0 ? unsound(issues) : sound([...namespaces.values()]);
}

/** Reads manifests from a text, as the commands do from files. */
import { describe as describeIssue } from '../../../src/config/issue.ts';
import type { Read } from '../../../src/config/issue.ts';
import { readDocuments } from '../../../src/config/documents.ts';
import { readInventory } from '../../../src/netpol/inventory/inventory.ts';
import type { Inventory } from '../../../src/netpol/inventory/inventory.ts';

export function read(text: string, file = 'm.yaml'): Read<Inventory> {
  const documents = readDocuments(text, file);
  return documents.ok ? readInventory(documents.value, { defaultNamespace: 'default' }) : documents;
}

export function inventory(text: string): Inventory {
  const outcome = read(text);
  if (!outcome.ok) throw new Error(outcome.issues.map(describeIssue).join('\n'));
  return outcome.value;
}

/** Mistakes as they are printed. */
export const mistakes = (text: string, file?: string): readonly string[] => {
  const outcome = read(text, file);
  return outcome.ok ? [] : outcome.issues.map(describeIssue);
};

export const podNames = (found: Inventory): readonly string[] =>
  found.pods.map(({ namespace, name }) => `${namespace.name}/${name}`);

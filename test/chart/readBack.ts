// Reads what the chart rendered for its pods with the product's own readers.
import { compileRules } from '../../src/admission/rules.ts';
import type { Rules } from '../../src/admission/rules.ts';
import { readDocuments } from '../../src/config/documents.ts';
import type { Read } from '../../src/config/issue.ts';
import { assemble } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import { at, only } from './helm.ts';
import type { Manifest } from './helm.ts';

function sure<T>(read: Read<T>): T {
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}

/** The configuration in force in a pod; throws with its mistakes. */
export function readConfiguration(rendered: readonly Manifest[]): Config {
  const map = only(rendered, 'ConfigMap', 'bulkhead-configuration');
  const [document] = sure(readDocuments(String(at(map, 'data', 'config.yaml')), 'config.yaml'));
  return sure(assemble(document, { environment: {} })).config;
}

/** The rules in force in a pod; throws with their mistakes. */
export function readRules(rendered: readonly Manifest[]): Rules {
  const files = Object.entries(Object(at(only(rendered, 'ConfigMap', 'bulkhead-rules'), 'data')) as object);
  const documents = files.flatMap(([file, text]) => sure(readDocuments(String(text), file)));
  return sure(compileRules(documents, readConfiguration(rendered)));
}

/** A scan in words: rules, namespaces and stored objects from YAML. */
import { readInventory } from '../../../src/admission/manifests/inventory.ts';
import { toRequest } from '../../../src/admission/manifests/request.ts';
import type { Finding } from '../../../src/admission/scanning/finding.ts';
import { Scan } from '../../../src/admission/scanning/scan.ts';
import { nobody } from '../../../src/admission/scanning/stored.ts';
import { documents, namespaces, tenants, worldOf } from '../scenario.ts';

export interface Stored {
  readonly rules?: string;
  readonly namespaces?: string;
  readonly settings?: object;
  readonly toApply?: boolean;
}

/** The floor of a namespace. */
export const floor = (
  namespace: string,
  spec = '{podSelector: {}, policyTypes: [Ingress, Egress]}',
): string => `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: bulkhead-floor, namespace: ${namespace}}
spec: ${spec}
`;

/** Everything that a scan of the objects finds, floors at the end. */
export function scanned(objects: string, stored: Stored = {}): readonly Finding[] {
  const inventory = stored.namespaces ?? namespaces;
  const { rules } = worldOf(stored.rules ?? tenants, inventory, stored.settings);
  const read = readInventory(documents(inventory));
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  const scan = new Scan(rules, read.value, stored.toApply);
  const found = documents(objects).flatMap((document) => {
    const request = toRequest(document, { user: nobody, stored: () => undefined });
    if (!request.ok) throw new Error(JSON.stringify(request.issues));
    return scan.judge(request.value);
  });
  return [...found, ...scan.judgeFloors(() => true)];
}

/** `CODE ACTION` of each finding, in order. */
export const codes = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ violation }) => `${violation.code} ${violation.action}`).sort();

/** Scans files: manifests of a repository, or what `kubectl get -o yaml` printed. */
import { toRequest } from '../../admission/manifests/request.ts';
import { isNamespace, readInventory } from '../../admission/manifests/inventory.ts';
import type { StoredNamespace } from '../../admission/manifests/inventory.ts';
import type { Rules } from '../../admission/rules.ts';
import { nobody } from '../../admission/scanning/stored.ts';
import { Scan } from '../../admission/scanning/scan.ts';
import type { Document } from '../../config/document.ts';
import type { Issue } from '../../config/issue.ts';
import { stringAt } from '../../k8s/json.ts';
import type { PlacedFinding, Scanned } from './result.ts';

/**
 * Judges documents as stored objects, or as objects that are yet to be applied. Namespaces among them come before those of the inventory; floors
 * are asked for only where the Namespace is among the documents, since the rest of another namespace is not at hand.
 */
export function scanDocuments(
  documents: readonly Document[],
  rules: Rules,
  inventory: readonly StoredNamespace[],
  toApply: boolean,
  now: number,
): Scanned {
  const boundaries = rules.ruleSet.boundaries.map(({ name }) => name);
  const own = readInventory(documents);
  if (!own.ok) {
    return {
      findings: [],
      issues: own.issues,
      unreachable: false,
      objects: 0,
      tenants: new Map(),
      boundaries,
    };
  }
  const names = new Set(own.value.map(({ facts }) => facts.name));
  const others = inventory.filter(({ facts }) => !names.has(facts.name));
  const scan = new Scan(rules, [...own.value, ...others], toApply, { now });
  const issues: Issue[] = [];
  const findings: PlacedFinding[] = [];
  let objects = 0;
  for (const document of documents) {
    const request = toRequest(document, { user: nobody, stored: () => undefined });
    if (!request.ok) {
      issues.push(...request.issues);
      continue;
    }
    if (stringAt(document.value, 'kind') === 'AdmissionReview') {
      const message = 'an AdmissionReview is not stored anywhere; decide it with bulkhead review';
      issues.push({ code: 'scan.review', file: document.file, ...document.positionOf(''), message });
      continue;
    }
    objects += 1;
    for (const finding of scan.judge(request.value)) {
      const place = { file: document.file, ...document.positionOf(finding.violation.field) };
      findings.push({ ...finding, place });
    }
  }
  findings.push(...placedFloors(scan, documents, names));
  return { findings, issues, unreachable: false, objects, tenants: scan.tenants(), boundaries };
}

/** A missing floor is told at its Namespace, an incomplete one at itself. */
function placedFloors(
  scan: Scan,
  documents: readonly Document[],
  names: ReadonlySet<string>,
): readonly PlacedFinding[] {
  const keyOf = (kind: string, namespace: string, name: string): string =>
    JSON.stringify([kind, namespace, name]);
  const known = new Map<string, Document>();
  for (const document of documents) {
    const { value } = document;
    const namespace = isNamespace(document) ? '' : (stringAt(value, 'metadata', 'namespace') ?? 'default');
    const key = keyOf(stringAt(value, 'kind') ?? '', namespace, stringAt(value, 'metadata', 'name') ?? '');
    if (!known.has(key)) known.set(key, document);
  }
  return scan
    .judgeFloors((name) => names.has(name))
    .map((finding) => {
      const { kind, namespace, name } = finding.resource;
      const document = known.get(keyOf(kind, kind === 'Namespace' ? '' : namespace, name));
      if (document === undefined) return finding;
      return { ...finding, place: { file: document.file, ...document.positionOf(finding.violation.field) } };
    });
}

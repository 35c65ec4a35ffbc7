/** Scans a live cluster: every page that it lists is judged and forgotten, so that its size is that of its namespaces. */
import type { StoredNamespace } from '../../admission/manifests/inventory.ts';
import type { Rules } from '../../admission/rules.ts';
import type { World } from '../../admission/world.ts';
import { judgeServed, kindsToScan, namespaceKind } from '../../admission/scanning/kinds.ts';
import { Scan } from '../../admission/scanning/scan.ts';
import { asCreated } from '../../admission/scanning/stored.ts';
import type { StoredKind } from '../../admission/scanning/stored.ts';
import type { Finding } from '../../admission/scanning/finding.ts';
import type { Access } from '../../cluster/access.ts';
import { apiServer } from '../../cluster/apiServer.ts';
import type { ApiServer } from '../../cluster/apiServer.ts';
import { clusterCodes } from '../../cluster/failure.ts';
import type { ClusterCode, ClusterFailure } from '../../cluster/failure.ts';
import type { Issue } from '../../config/issue.ts';
import type { Config } from '../../config/schema.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { readNamespace } from '../../k8s/namespace.ts';
import { discover } from './discovery.ts';
import type { Discovered } from './discovery.ts';
import { listKind } from './listing.ts';
import type { Manner } from './listing.ts';
import type { Progress } from './progress.ts';
import type { Scanned, ScanIssue } from './result.ts';
import { storedRules } from './rules.ts';

/** What the cluster is judged by: rules from files, or, without any, those that the cluster stores. */
export interface Judging {
  readonly config: Config;
  readonly rules: Rules | undefined;
}

/** `exceptionsOf`: those that are stored, where they are not among the rules. */
export interface ScanManner extends Manner, Pick<World, 'exceptionsOf'> {}

/** Reads the cluster once, as it is now; nothing is written to it. What cannot be listed makes the scan incomplete. */
export async function scanCluster(access: Access, judging: Judging, progress: Progress): Promise<Scanned> {
  const server = apiServer(access);
  try {
    const manner = { progress };
    return { ...(await scanServer(server, judging, access.ownNamespace, manner)), server: access.server };
  } finally {
    progress.end();
    server.stop();
  }
}

async function scanServer(
  server: ApiServer,
  { config, rules: named }: Judging,
  ownNamespace: string | undefined,
  manner: ScanManner,
): Promise<Scanned> {
  const discovered = await discover(server);
  if (!discovered.ok) return unanswered(discovered.failure);
  if (named !== undefined) return scanBy(server, discovered, named, manner);
  const stored = await storedRules(server, discovered.kinds, config, ownNamespace, manner.progress);
  if (!stored.ok) return unanswered(stored.failure);
  const { compiled, leftOut } = stored;
  return compiled.ok
    ? { ...(await scanBy(server, discovered, compiled.value, manner)), leftOut }
    : { ...nothing, issues: compiled.issues };
}

/** Scans by rules that are compiled already, over a connection that others use too. */
export async function scanFor(server: ApiServer, rules: Rules, manner: ScanManner): Promise<Scanned> {
  const discovered = await discover(server);
  return discovered.ok ? scanBy(server, discovered, rules, manner) : unanswered(discovered.failure);
}

async function scanBy(
  server: ApiServer,
  discovered: Extract<Discovered, { readonly ok: true }>,
  rules: Rules,
  manner: ScanManner,
): Promise<Scanned> {
  const listed = await listNamespaces(server, manner);
  if (!listed.ok) return unanswered(listed.failure, namespaceKind);
  const counting = { now: Date.now(), ...exceptionsIn(manner) };
  const scan = new Scan(rules, listed.namespaces, false, counting);
  const boundaries = rules.ruleSet.boundaries.map(({ name }) => name);
  const issues: ScanIssue[] = [...listed.issues, ...discovered.stale.map(staleIssue)];
  const findings: Finding[] = [...judgeServed(discovered.kinds, rules)];
  for (const { object } of listed.namespaces) {
    findings.push(...scan.judge(asCreated(object, namespaceKind)));
    await manner.rest?.();
  }
  const late: Attributes[] = [];
  let objects = listed.namespaces.length;
  let unreachable = false;
  for (const kind of kindsToScan(discovered.kinds, rules)) {
    if (kind === namespaceKind) continue;
    const found: Finding[] = [];
    const put = (object: JsonObject): void => {
      const attributes = asCreated(object, kind);
      if (isLate(attributes, scan)) late.push(attributes);
      else found.push(...scan.judge(attributes));
    };
    const again = (): void => void found.splice(0);
    const done = await listKind(server, kind, { put, again, ...manner });
    if (done.ok) objects += done.objects;
    else {
      issues.push({ ...asIssue(done.failure), about: kind });
      unreachable ||= isUnreachable(done.failure.code);
    }
    findings.push(...found);
  }
  const missing: Finding[] = [];
  for (const found of scan.floorFindings(() => true)) {
    missing.push(...found);
    await manner.rest?.();
  }
  if (late.length > 0 || missing.length > 0) {
    const again = await listNamespaces(server, manner);
    if (!again.ok) {
      const unlisted = unanswered(again.failure, namespaceKind);
      return { ...unlisted, findings, objects, tenants: scan.tenants(), boundaries };
    }
    findings.push(...afterwards(late, missing, new Scan(rules, again.namespaces, false, counting)));
  }
  return { findings, issues, unreachable, objects, tenants: scan.tenants(), boundaries };
}

const exceptionsIn = ({ exceptionsOf }: ScanManner): Pick<ScanManner, 'exceptionsOf'> =>
  exceptionsOf === undefined ? {} : { exceptionsOf };

const isLate = ({ namespace }: Attributes, { world }: Scan): boolean =>
  namespace !== '' && world.lookup(namespace) === 'absent';

/**
 * What a second list of the namespaces settles: objects of namespaces that came after the first are judged now, and floors of those that went
 * are missed by nobody.
 */
function afterwards(
  late: readonly Attributes[],
  missing: readonly Finding[],
  scan: Scan,
): readonly Finding[] {
  const isThere = (name: string): boolean => scan.world.lookup(name) !== 'absent';
  return [
    ...late.filter(({ namespace }) => isThere(namespace)).flatMap((attributes) => scan.judge(attributes)),
    ...missing.filter(({ resource }) =>
      isThere(resource.namespace === '' ? resource.name : resource.namespace),
    ),
  ];
}

type Namespaces =
  | { readonly ok: true; readonly namespaces: readonly StoredNamespace[]; readonly issues: readonly Issue[] }
  | { readonly ok: false; readonly failure: ClusterFailure };

async function listNamespaces(server: ApiServer, manner: Manner): Promise<Namespaces> {
  let objects: JsonObject[] = [];
  const listed = await listKind(server, namespaceKind, {
    put: (object) => void objects.push(object),
    again: () => {
      objects = [];
    },
    ...manner,
  });
  if (!listed.ok) return listed;
  const issues: Issue[] = [];
  const namespaces = objects.map((object) => {
    const reading = readNamespace(object);
    const { name, labels } = reading.namespace.metadata;
    for (const issue of reading.issues)
      issues.push({ ...issue, message: `namespace ${name}: ${issue.message}` });
    return { facts: { name, labels, terminating: reading.namespace.terminating }, object: whole(object) };
  });
  return { ok: true, namespaces, issues };
}

/** Items of a list carry no kind of their own, and expressions may read it. */
const whole = (object: JsonObject): JsonObject => ({ ...object, apiVersion: 'v1', kind: 'Namespace' });

const nothing: Scanned = {
  findings: [],
  issues: [],
  unreachable: false,
  objects: 0,
  tenants: new Map(),
  boundaries: [],
};

const unanswered = (failure: ClusterFailure, about?: StoredKind): Scanned => ({
  ...nothing,
  issues: [{ ...asIssue(failure), ...(about === undefined ? {} : { about }) }],
  unreachable: isUnreachable(failure.code),
});

const asIssue = ({ code, message }: ClusterFailure): Issue => ({ code, message });

const staleIssue = (groupVersion: string): Issue => ({
  code: clusterCodes.unreachable,
  message: `the server behind ${groupVersion} does not answer, so what it serves was not scanned; see kubectl get apiservices`,
});

/** What is right or wrong about the request itself is no matter of reaching the cluster. */
const answered: ReadonlySet<ClusterCode> = new Set([
  clusterCodes.forbidden,
  clusterCodes.notFound,
  clusterCodes.tooLarge,
  clusterCodes.unreadable,
]);

const isUnreachable = (code: ClusterCode): boolean => !answered.has(code);

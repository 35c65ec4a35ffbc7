/** The rules in force, compiled once: Boundaries, guardrails, and what the configuration says of tenants, the cluster and guarded keys. */
import { createHash } from 'node:crypto';
import type { Document } from '../config/document.ts';
import type { Issue, Read } from '../config/issue.ts';
import { sound, unsound } from '../config/issue.ts';
import { readSchema } from '../config/readSchema.ts';
import type { Config } from '../config/schema.ts';
import { holders } from '../config/sections/tenancy.ts';
import { Decoder } from '../k8s/decoder.ts';
import { stringAt } from '../k8s/json.ts';
import { decodeSelector } from '../k8s/labelSelector.ts';
import { decodeBoundary } from '../boundary/boundary.ts';
import type { Boundary } from '../boundary/boundary.ts';
import { readException } from '../boundary/exceptions/exception.ts';
import type { Exception } from '../boundary/exceptions/exception.ts';
import { examine } from '../boundary/examination.ts';
import type { Guards, Tenancy } from '../boundary/invariants/context.ts';
import { ProvenSpecs } from '../boundary/proven.ts';
import { RuleSet } from '../boundary/ruleSet.ts';
import { boundarySchema } from '../boundary/schema.ts';
import { compileSurroundings } from '../boundary/surroundings.ts';
import { compileGuardrails } from '../guardrail/compile.ts';
import type { Guardrails } from '../guardrail/guardrails.ts';
import type { StoredParamsByKey } from '../guardrail/storedParams.ts';
import { meaningExtensions } from './meaning/declarations.ts';
import { sortDocuments } from './sorting.ts';

/** Everything that decides, frozen. `hash` tells rule sets apart in decisions and logs. */
export interface Rules {
  readonly ruleSet: RuleSet;
  /** What was proven under them already; the answer is the same without it. */
  readonly proven: ProvenSpecs;
  readonly guardrails: Guardrails;
  readonly tenancy: Tenancy;
  readonly guards: Guards;
  /** Those of files; which of them count, the moment tells. */
  readonly exceptions: readonly Exception[];
  readonly hash: string;
  /** What they were compiled from, so that another thread can compile them again. */
  readonly sources: readonly RuleSource[];
  /** The rules of the cluster are not among them, for they do not compile and none came before: until they are mended nothing else is allowed. */
  readonly suspended?: true;
}

/** A rule document without its text: plain data. */
export type RuleSource = Pick<RuleDocument, 'value' | 'file' | 'superseded'>;

/** `superseded`: a Boundary that was replaced or deleted, to be in force beside what came after it. */
export interface RuleDocument extends Document {
  readonly superseded?: true;
}

/** Compiles the Boundaries and guardrails among the documents under a configuration; `ownNamespace` is exempt too. All mistakes are reported, each with its place. */
export function compileRules(
  all: readonly RuleDocument[],
  config: Config,
  ownNamespace?: string,
): Read<Rules> {
  const issues: Issue[] = [];
  const { guardrails: policies, parameters, boundaries: limits, exceptions: granted } = sortDocuments(all);
  const surroundings = compileSurroundings(config.cluster);
  const boundaries = limits.flatMap((document) => {
    const read = compileBoundary(document);
    if (!read.ok) {
      issues.push(...read.issues);
      return [];
    }
    const found = surroundings.ok ? examine(read.value, surroundings.value) : [];
    issues.push(...found.map((issue) => placed(issue, document)));
    return [document.superseded === true ? { ...read.value, superseded: true as const } : read.value];
  });
  issues.push(...duplicates(limits.filter(({ superseded }) => superseded !== true)));
  const exceptions = granted.flatMap((document) => {
    const read = readException(document.value);
    if (read.ok) return [read.value];
    issues.push(...read.issues.map((issue) => placed(issue, document)));
    return [];
  });
  const guardrails = compileGuardrails(policies, parameters, meaningExtensions);
  if (!guardrails.ok) issues.push(...guardrails.issues);
  const grants = readGrants(config);
  if (!surroundings.ok) issues.push(...surroundings.issues);
  if (!grants.ok) issues.push(...grants.issues);
  if (!surroundings.ok || !grants.ok || !guardrails.ok || issues.length > 0) return unsound(issues);
  const documents = [...limits, ...policies, ...parameters, ...granted];
  const own = ownNamespace === undefined ? [] : [ownNamespace];
  const exemptNamespaces = new Set([...config.tenancy.exemptNamespaces, ...own]);
  const ruleSet = new RuleSet(boundaries, {
    surroundings: surroundings.value,
    protectedLabels: config.tenancy.protectedLabels,
    exemptNamespaces,
  });
  return sound({
    ruleSet,
    proven: new ProvenSpecs(ruleSet),
    guardrails: guardrails.value,
    tenancy: toTenancy(config, ruleSet, grants.value),
    guards: {
      annotations: new Set(config.guards.annotations),
      extendedResources: new Set(config.guards.extendedResources),
      annotationWriters: { users: [], groups: [], ...config.guards.annotationWriters },
      identity: config.identity ?? null,
    },
    exceptions,
    hash: hashOf(documents, config),
    sources: documents.map(({ value, file, superseded }) =>
      superseded === true ? { value, file, superseded } : { value, file },
    ),
  });
}

/** The same rules with what the cluster stores of their parameters. */
export const withStoredParams = (rules: Rules, storedParams: StoredParamsByKey): Rules => ({
  ...rules,
  guardrails: { ...rules.guardrails, storedParams },
});

/** Reads one Boundary: its shape, then its meaning. */
export function compileBoundary(document: Document): Read<Boundary> {
  const kind = stringAt(document.value, 'kind');
  if (kind !== undefined && kind !== 'Boundary') {
    const message = `"${kind.slice(0, 80)}" is no kind of rule; write kind: Boundary or GuardrailPolicy, or move the file out of the rules`;
    return unsound([placed({ code: 'rules.kind', pointer: '/kind', message }, document)]);
  }
  const shaped = readSchema(boundarySchema, document.value, document);
  if (!shaped.ok) return shaped;
  const decoded = decodeBoundary(shaped.value);
  return decoded.ok ? decoded : unsound(decoded.issues.map((issue) => placed(issue, document)));
}

/** Adds file, line and column to a mistake that knows only its pointer. */
export const placed = (issue: Issue, document: Document): Issue => ({
  ...issue,
  file: document.file,
  ...document.positionOf(issue.pointer ?? ''),
});

function duplicates(documents: readonly Document[]): Issue[] {
  const seen = new Map<string, Document>();
  return documents.flatMap((document) => {
    const name = nameOf(document);
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, document);
      return [];
    }
    const message = `Boundary "${name}" is defined twice, first in ${first.file}; remove one or rename it`;
    return [placed({ code: 'rules.duplicate', pointer: '/metadata/name', message }, document)];
  });
}

function nameOf({ value }: Document): string {
  const read = readSchema(boundarySchema, value);
  return read.ok ? read.value.metadata.name : JSON.stringify(value);
}

function readGrants(config: Config): Read<Tenancy['podLabelGrants']> {
  const decoder = new Decoder();
  const grants = config.tenancy.podLabelGrants.map(({ namespaceSelector, labels }, index) => ({
    namespaceSelector: decodeSelector(
      decoder,
      namespaceSelector,
      `/tenancy/podLabelGrants/${index}/namespaceSelector`,
    ),
    labels: new Map(Object.entries(labels)),
  }));
  return decoder.issues.length > 0 ? unsound(decoder.issues) : sound(grants);
}

function toTenancy(
  { tenancy }: Config,
  ruleSet: RuleSet,
  podLabelGrants: Tenancy['podLabelGrants'],
): Tenancy {
  return {
    tenantLabel: tenancy.tenantLabel,
    protectedLabels: ruleSet.protectedKeys,
    protectedPodLabels: new Set([
      ...tenancy.protectedPodLabels,
      ...ruleSet.boundaries.flatMap(({ stampPods }) => stampPods),
    ]),
    podLabelGrants,
    roles: {
      labelWriters: holders(tenancy, 'labelWriters'),
      floorWriters: holders(tenancy, 'floorWriters'),
      ruleWriters: holders(tenancy, 'ruleWriters'),
      exceptionApprovers: holders(tenancy, 'exceptionApprovers'),
    },
    assign: tenancy.assign.map(({ groups, labels }) => ({ groups, labels: new Map(Object.entries(labels)) })),
    exemptNamespaces: ruleSet.exemptNamespaces,
    unassigned: tenancy.unassigned,
  };
}

function hashOf(documents: readonly RuleDocument[], { tenancy, cluster, guards }: Config): string {
  const hash = createHash('sha256');
  const textOf = ({ value, superseded }: RuleDocument): string =>
    `${superseded === true ? 'superseded ' : ''}${JSON.stringify(value)}`;
  for (const text of documents.map(textOf).sort()) hash.update(text).update('\n');
  return hash.update(JSON.stringify({ tenancy, cluster, guards })).digest('hex').slice(0, 16);
}

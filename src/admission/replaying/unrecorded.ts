/** What the rules would read of a past request that its record does not hold: the moment, and what Boundaries read. */
import { guardedByDefault, matchesKey } from '../../boundary/invariants/guardedAnnotations.ts';
import { indexGuardrails } from '../../guardrail/guardrails.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { admit } from '../admit.ts';
import { required } from '../required.ts';
import type { Rules } from '../rules.ts';
import type { World } from '../world.ts';
import { hiddenOf, insideOf, labelsMasked, veiledObject } from './hidden.ts';
import type { Past } from './past.ts';

/** Something that was read and is not in the record. */
export interface Missing {
  /** The guardrail that reads it; empty where Boundaries and settings do. */
  readonly rule: string;
  /** In words, for people: `object.spec.containers.0.image`. */
  readonly what: string;
}

/** Codes of denials that rest on what stood in the cluster at that moment; no record holds that. */
const live: ReadonlySet<string> = new Set([
  'pods.beforeFloor',
  'namespace.recorded',
  'namespace.unknown',
  'namespace.absent',
  'rules.none',
  'log.unavailable',
  'internal',
]);

/** What only the moment could tell, whatever the rules are. */
export function missingOfMoment(past: Past, world: World): readonly Missing[] {
  const { masked, denials, failure, exceptions } = past;
  const what: string[] = [];
  if (past.door === 'mutate')
    what.push('what the mutating webhook was sent: only its patch is judged again, at validate');
  if (masked.some((pointer) => cutPointers.has(pointer))) what.push('the whole object: its record was cut');
  const codes = [...denials.map(({ code }) => code), ...(failure === undefined ? [] : [failure])];
  for (const code of new Set(codes)) if (live.has(code)) what.push(`the state of the cluster behind ${code}`);
  const drafted = new Set(world.rules.exceptions.map(({ name }) => name));
  const others = exceptions.filter((name) => !drafted.has(name));
  if (others.length > 0) what.push(`the exceptions in force: ${others.slice(0, 3).join(', ')}`);
  const { contents, stored } = required(past.attributes, world);
  if (contents.length + stored.length > 0) what.push('what the namespace held');
  return what.map((one) => ({ rule: '', what: one }));
}

const cutPointers: ReadonlySet<string> = new Set(['', '/subset', '/subset/object', '/subset/oldObject']);

/** What Boundaries, tenancy and pod invariants read and the record does not hold. */
export function missingOfBoundaries(past: Past, world: World): readonly Missing[] {
  const { attributes, masked } = past;
  const found = new Set<string>();
  const countsAs = {
    labels: (key: string): boolean => countsAsLabel(attributes.kind, world.rules, key),
    annotations: (key: string): boolean => guarded(world.rules, key),
  };
  for (const part of ['object', 'oldObject'] as const)
    for (const field of ['labels', 'annotations'] as const)
      for (const key of labelsMasked(masked, part, field))
        if (countsAs[field](key)) found.add(`${part}.metadata.${field}[${JSON.stringify(key)}]`);
  if (masked.some((pointer) => /^\/subset\/(object|oldObject)\/(?!metadata\/)/.test(pointer)))
    look(past, world, (path) => {
      // What no record keeps of metadata decides nothing here: no Boundary reads uid, owners or versions.
      if (!/^(object|oldObject)\.metadata\b/.test(path)) found.add(path);
    });
  return [...found].map((what) => ({ rule: '', what }));
}

/** Decides with the Boundaries alone, on objects that tell when something hidden outside metadata is read; metadata is looked at key by key above. */
function look({ attributes, masked }: Past, world: World, touched: (path: string) => void): void {
  const seenOf = (part: 'object' | 'oldObject'): JsonObject | null => {
    const object = attributes[part];
    if (object === null) return null;
    const outside = insideOf(masked, part).filter((pointer) => !pointer.startsWith('/metadata/'));
    return veiledObject(object, hiddenOf(outside), part, touched);
  };
  const seen = { ...attributes, object: seenOf('object'), oldObject: seenOf('oldObject') };
  admit(seen, bareOf(world), 'validate');
}

/** The same world without guardrails. */
export const bareOf = (world: World): World => ({ ...world, rules: { ...world.rules, guardrails: none } });

/** A namespace whose labels count and are not known. */
export const unknownNamespace = (name: string): Missing => ({
  rule: '',
  what: `the labels of namespace ${name} (give it with --inventory)`,
});

const none = indexGuardrails([], new Map());

/** Labels that some Boundary or setting looks at. */
function countsAsLabel(kind: string, { tenancy, ruleSet }: Rules, key: string): boolean {
  if (kind === 'Namespace') return tenancy.protectedLabels.has(key) || key === tenancy.tenantLabel;
  return (
    tenancy.protectedPodLabels.has(key) || ruleSet.boundaries.some(({ stampPods }) => stampPods.includes(key))
  );
}

function guarded({ guards }: Rules, key: string): boolean {
  const prefix = `${key.slice(0, key.indexOf('/') + 1)}*`;
  return guardedByDefault.has(key) || guardedByDefault.has(prefix) || matchesKey(guards.annotations, key);
}

/** Which parts of objects the guardrails in force read, by resource: what a record must hold so that they can be judged again. */
import { nothingRead, noteReads } from '../cel/reads.ts';
import type { Reading } from '../cel/reads.ts';
import type { Program } from '../cel/program.ts';
import { selectorKeys } from '../k8s/labelSelector.ts';
import type { MatchResources } from './matchResources.ts';
import type { Guardrail, Policy } from './policy.ts';

/**
 * What is read of a part. `present`: only whether it is there, and how many items it has; `whole`: all of it; `fields`: these members; `items`: of each item.
 * Plain data.
 */
export type ReadPart =
  'whole' | 'present' | { readonly fields: ReadonlyMap<string, ReadPart> } | { readonly items: ReadPart };

export interface Reads {
  /** By the plural of the resource; `*` is for all. Metadata is not among them. */
  readonly parts: ReadonlyMap<string, ReadPart>;
  /** Keys of labels of objects that expressions and selectors name. */
  readonly labels: ReadonlySet<string>;
}

const objects: ReadonlySet<string> = new Set(['object', 'oldObject']);

/** What validations, their messages and conditions, and annotations read. Mutations are not judged again. */
export function readsOf(all: readonly Guardrail[]): Reads {
  const byResource = new Map<string, Reading>();
  const labels = new Set<string>();
  for (const { policy, bindings } of all) {
    const constraints = [policy.constraints, ...bindings.flatMap(({ resources }) => resources ?? [])];
    for (const one of constraints) for (const key of selectorKeys(one.objectSelector)) labels.add(key);
    const variables = new Map([...policy.variables].map(([name, { expression }]) => [name, expression]));
    for (const resource of resourcesOf(policy.constraints)) {
      const reading = byResource.get(resource) ?? nothingRead();
      byResource.set(resource, reading);
      for (const { expression } of programsOf(policy)) noteReads(expression, reading, objects, variables);
    }
  }
  for (const { fields } of byResource.values())
    for (const key of fields.get('metadata')?.fields.get('labels')?.fields.keys() ?? []) labels.add(key);
  const parts = [...byResource].flatMap(([resource, { fields }]) => {
    const read = membersOf(fields, (name) => name !== 'metadata');
    return read.size === 0 ? [] : [[resource, { fields: read }] as const];
  });
  return { parts: new Map(parts), labels };
}

const programsOf = ({ conditions, validations, annotations }: Policy): readonly Program[] => [
  ...conditions.map(({ program }) => program),
  ...validations.flatMap(({ program, messageProgram }) =>
    messageProgram === undefined ? [program] : [program, messageProgram],
  ),
  ...annotations.map(({ program }) => program),
];

const resourcesOf = ({ rules }: MatchResources): ReadonlySet<string> =>
  new Set(rules.flatMap(({ resources }) => resources.map(({ resource }) => resource)));

/** Never recorded, whoever reads them. */
const unread: ReadonlySet<string> = new Set(['annotations', 'env', 'managedFields']);

const membersOf = (
  fields: ReadonlyMap<string, Reading>,
  wanted: (name: string) => boolean = () => true,
): ReadonlyMap<string, ReadPart> =>
  new Map(
    [...fields]
      .filter(([name]) => wanted(name) && !unread.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, reading]) => [name, partOf(reading)]),
  );

function partOf({ whole, fields, items }: Reading): ReadPart {
  if (whole) return 'whole';
  if (fields.size > 0) return { fields: membersOf(fields) };
  return items === undefined ? 'present' : { items: partOf(items) };
}

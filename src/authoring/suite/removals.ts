/** Removes every rule and every limit in turn: what no case misses is what no case tests. */
import type { Document } from '../../config/document.ts';
import { toTokens } from '../../config/pointer.ts';
import type { Config } from '../../config/schema.ts';
import { isObject, listAt, ownAt, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { limitsMeanTheSame } from './equivalence.ts';
import { runSuite, suitePassed } from './runSuite.ts';
import type { SuiteInputs } from './world.ts';

/** A part of a rule that can be left out; the pointer is empty for the rule as a whole. */
export interface Removal {
  readonly document: Document;
  readonly pointer: string;
}

/** A removal that all cases of a suite pass without. */
export interface Survivor extends Removal {
  readonly suite: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Every removal of the suite's rules that its cases do not notice, but for those after which the rule proves to mean the same. A suite that fails
 * as it is notices nothing.
 */
export function survivorsOf(inputs: SuiteInputs): readonly Survivor[] {
  const whole = runSuite(inputs);
  if (!suitePassed(whole) || whole.world === undefined) return [];
  const { config } = whole.world;
  return inputs.rules
    .flatMap(removalsOf)
    .filter((removal) => suitePassed(runSuite(without(inputs, removal))))
    .filter((removal) => !isIdle(removal, config))
    .map((removal) => ({
      ...removal,
      suite: inputs.suite.document.file,
      ...removal.document.positionOf(removal.pointer),
    }));
}

/** Parts of limits only: what is stamped or pinned is no flow. */
function isIdle({ document, pointer }: Removal, config: Config): boolean {
  if (!/^\/spec\/(?:never\/)?(?:in|e)gress\//.test(pointer)) return false;
  return limitsMeanTheSame(document, cut(document, pointer), config);
}

/** The parts of a rule: itself, its limits with their rules and peers, what it forbids, stamps and pins; checks and conditions of a guardrail. */
export function removalsOf(document: Document): readonly Removal[] {
  const { value } = document;
  const kind = stringAt(value, 'kind');
  if (!isObject(value) || stringAt(value, 'apiVersion')?.startsWith('test.bulkhead.dev/') === true) return [];
  const pointers =
    kind === 'Boundary'
      ? boundaryParts(value)
      : guardrailKinds.has(kind ?? '')
        ? guardrailParts(value)
        : undefined;
  if (pointers === undefined) return [];
  return ['', ...pointers].map((pointer) => ({ document, pointer }));
}

const guardrailKinds: ReadonlySet<string> = new Set([
  'GuardrailPolicy',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

function boundaryParts(value: JsonObject): readonly string[] {
  const directions = ['ingress', 'egress'] as const;
  return [
    ...directions.flatMap((direction) => limitParts(value, ['spec', direction], direction)),
    ...directions.flatMap((direction) => limitParts(value, ['spec', 'never', direction], direction)),
    ...itemsOf(value, 'spec', 'stampPods'),
    ...Object.keys(asObject(ownAt(value, 'spec', 'portNames'))).map((name) => `/spec/portNames/${name}`),
  ];
}

/** A direction as a whole where it is there, each of its rules, and in each rule the parts that limit it. */
function limitParts(
  value: JsonObject,
  path: readonly string[],
  direction: 'ingress' | 'egress',
): readonly string[] {
  const pointer = `/${path.join('/')}`;
  if (ownAt(value, ...path) === undefined) return [];
  const rules = listAt(value, ...path).flatMap((rule, index) => {
    const at = `${pointer}/${index}`;
    const peersField = direction === 'ingress' ? 'from' : 'to';
    const peers = listAt(rule, peersField);
    return [
      at,
      ...(peers.length > 1 ? peers.map((_, peer) => `${at}/${peersField}/${peer}`) : []),
      ...peers.flatMap((peer, position) =>
        listAt(peer, 'ipBlock', 'except').map(
          (_, item) => `${at}/${peersField}/${position}/ipBlock/except/${item}`,
        ),
      ),
      ...listAt(rule, 'ports').map((_, port) => `${at}/ports/${port}`),
      ...(ownAt(rule, 'appliesTo') === undefined ? [] : [`${at}/appliesTo`]),
    ];
  });
  return [pointer, ...rules];
}

const guardrailParts = (value: JsonObject): readonly string[] => [
  ...itemsOf(value, 'spec', 'validations'),
  ...itemsOf(value, 'spec', 'matchConditions'),
  ...itemsOf(value, 'spec', 'mutations'),
  ...itemsOf(value, 'spec', 'matchConstraints', 'excludeResourceRules'),
];

const itemsOf = (value: JsonObject, ...path: readonly string[]): readonly string[] =>
  listAt(value, ...path).map((_, index) => `/${path.join('/')}/${index}`);

const asObject = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The suite with a part of its rules left out. */
export const without = (inputs: SuiteInputs, { document, pointer }: Removal): SuiteInputs => ({
  ...inputs,
  rules: inputs.rules.flatMap((rule) => {
    if (rule !== document) return [rule];
    return pointer === '' ? [] : [cut(rule, pointer)];
  }),
});

const cut = (document: Document, pointer: string): Document => ({
  ...document,
  value: removed(document.value, toTokens(pointer)),
});

function removed(value: unknown, [token, ...rest]: readonly string[]): unknown {
  if (token === undefined) return value;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return rest.length === 0
      ? items.filter((_, index) => String(index) !== token)
      : items.map((item, index) => (String(index) === token ? removed(item, rest) : item));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      key !== token ? [[key, item]] : rest.length === 0 ? [] : [[key, removed(item, rest)]],
    ),
  );
}

/** Lints what the expressions of a guardrail say: constants, repetitions, variables that nobody reads, rules that cost too much. */
import { Budget } from '../../cel/budget.ts';
import type { Program } from '../../cel/program.ts';
import { childrenOf } from '../../cel/syntax/children.ts';
import type { Expression } from '../../cel/syntax/expression.ts';
import { mentionsField } from '../../cel/syntax/mention.ts';
import type { Document } from '../../config/document.ts';
import type { Policy } from '../../guardrail/policy.ts';
import type { Finding, Severity } from '../finding.ts';
import { findingAt } from '../finding.ts';
import { costsOf } from './costs.ts';
import { programsOf } from './programs.ts';

/** What is odd about the expressions of a policy. */
export function lintExpressions(document: Document, policy: Policy): readonly Finding[] {
  const told = (pointer: string, severity: Severity, code: string, message: string): Finding =>
    findingAt(document, pointer, { severity, code, message });
  return [
    ...constants(policy, told),
    ...repeated(policy, told),
    ...unused(policy, told),
    ...wordless(policy, told),
    ...costsOf(document, policy)
      .filter(({ estimate, limit }) => estimate > limit)
      .map(({ pointer, estimate, limit, assumed }) =>
        told(
          pointer,
          'warning',
          'guardrail.costly',
          `could cost ${shown(estimate)} units where lists have ${assumed} items; ${shown(limit)} are allowed, beyond which it fails: loop over less, or keep loops apart`,
        ),
      ),
  ];
}

const shown = (cost: number): string =>
  cost >= 1e15 ? 'more than 1e15' : Math.round(cost).toLocaleString('en-US');

type Tell = (pointer: string, severity: Severity, code: string, message: string) => Finding;

/** Its value where it is the same for every request; undefined where it depends on one. */
function constantOf({ expression, run }: Program): unknown {
  if (!isConstant(expression, new Set())) return undefined;
  const outcome = run({ variables: {} }, new Budget());
  return outcome.ok ? outcome.value : undefined;
}

/** Whether an expression reads nothing but its own loop variables. */
function isConstant(node: Expression, bound: ReadonlySet<string>): boolean {
  if (node.kind === 'identifier') return bound.has(node.name);
  const inner =
    node.kind === 'comprehension'
      ? new Set([...bound, ...node.variables])
      : node.kind === 'optionalMapping'
        ? new Set([...bound, node.variable])
        : bound;
  return childrenOf(node).every((child) => isConstant(child, inner));
}

function constants(policy: Policy, told: Tell): readonly Finding[] {
  const validations = policy.validations.flatMap(({ program }, index) => {
    const value = constantOf(program);
    const pointer = `/spec/validations/${index}/expression`;
    if (value === true)
      return [
        told(pointer, 'warning', 'guardrail.constant', 'is always true, so it checks nothing; remove it'),
      ];
    if (value !== false) return [];
    const message =
      'is always false, so it refuses whatever matches; if that is meant, say so with a match condition';
    return [told(pointer, 'info', 'guardrail.alwaysRefuses', message)];
  });
  const conditions = policy.conditions.flatMap(({ program }, index) => {
    const value = constantOf(program);
    const pointer = `/spec/matchConditions/${index}/expression`;
    if (value === true)
      return [
        told(pointer, 'warning', 'guardrail.constant', 'is always true, so it excludes nothing; remove it'),
      ];
    if (value !== false) return [];
    return [
      told(
        pointer,
        'error',
        'guardrail.neverMatches',
        'is always false, so the rule never applies; correct or remove it',
      ),
    ];
  });
  return [...validations, ...conditions];
}

function repeated({ validations, conditions }: Policy, told: Tell): readonly Finding[] {
  const lists = [
    { pointer: '/spec/validations', programs: validations.map(({ program }) => program) },
    { pointer: '/spec/matchConditions', programs: conditions.map(({ program }) => program) },
  ];
  return lists.flatMap(({ pointer, programs }) => {
    const first = new Map<string, number>();
    return programs.flatMap(({ source }, index) => {
      const text = source.replaceAll(/\s+/g, ' ').trim();
      const before = first.get(text);
      if (before === undefined) {
        first.set(text, index);
        return [];
      }
      const message = `says what ${pointer.slice('/spec/'.length)}[${before}] says already; remove one of them`;
      return [told(`${pointer}/${index}/expression`, 'warning', 'guardrail.repeated', message)];
    });
  });
}

/** Variables by the names under which later expressions could read them. */
function unused(policy: Policy, told: Tell): readonly Finding[] {
  const readers = programsOf(policy).map(({ program }) => program.expression);
  return [...policy.variables.keys()].flatMap((name, index) => {
    if (readers.some((expression) => mentionsField(expression, name))) return [];
    const message = `no expression reads variables.${name}; remove it`;
    return [told(`/spec/variables/${index}/name`, 'warning', 'guardrail.unusedVariable', message)];
  });
}

function wordless({ validations }: Policy, told: Tell): readonly Finding[] {
  return validations.flatMap(({ message, messageProgram }, index) =>
    message === '' && messageProgram === undefined
      ? [
          told(
            `/spec/validations/${index}`,
            'info',
            'guardrail.noMessage',
            'has no message, so a refused user reads the expression; say what is wrong and what would be right',
          ),
        ]
      : [],
  );
}

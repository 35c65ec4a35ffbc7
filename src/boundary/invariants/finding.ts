/** Findings: what is wrong with an object, told apart by meaning, so that an update answers only for what it brought. */
import { tooManyContainers } from '../../k8s/podContainer.ts';
import type { Action, Violation } from '../../k8s/violation.ts';
import type { Issue } from '../../config/issue.ts';
import type { InvariantCode } from './codes.ts';
import { asciiLine, shownPointer } from './text.ts';

export interface Finding {
  /** Equal for the same fault in two versions of an object, wherever it stands in its list. */
  readonly identity: string;
  /** JSON pointer into the new object. */
  readonly field: string;
  /** Called only for what is reported. */
  readonly message: () => string;
}

/** Who finds fault: a Boundary, or a part of the Configuration. */
export interface Judge {
  readonly kind: 'Boundary' | 'Configuration';
  readonly rule: string;
  readonly action: Action;
}

/** As many of one kind are told one by one; the rest of a hostile object's 100,000 faults is counted. */
export const mostOfOneKind = 50;

/** The findings that the old object did not have. */
export function broughtBy(
  findings: readonly Finding[],
  before: () => readonly Finding[] | undefined,
): readonly Finding[] {
  if (findings.length === 0) return findings;
  const known = new Set(before()?.map((finding) => finding.identity));
  return known.size === 0 ? findings : findings.filter((finding) => !known.has(finding.identity));
}

/** Turns findings into violations of one code. */
export function violations(
  judge: Judge,
  code: InvariantCode,
  findings: readonly Finding[],
): readonly Violation[] {
  const told = findings.slice(0, mostOfOneKind).map((finding) => violation(judge, code, finding));
  const rest = findings.length - told.length;
  const next = findings[mostOfOneKind];
  if (next === undefined) return told;
  return [...told, violation(judge, code, { ...next, message: () => `and ${rest} more of this kind` })];
}

/** One violation. */
export function violation(judge: Judge, code: InvariantCode, finding: Omit<Finding, 'identity'>): Violation {
  return {
    code,
    rule: judge.rule,
    kind: judge.kind,
    action: judge.action,
    field: finding.field,
    message: asciiLine(finding.message()),
  };
}

const decoding: Judge = { kind: 'Configuration', rule: 'decoding', action: 'Deny' };

/** What could not be read is denied: it cannot be proven harmless. The same unreadable field in the stored object is no new fault. */
export function unreadable(issues: readonly Issue[], before: readonly Issue[] = []): readonly Violation[] {
  if (issues.length === 0) return [];
  const comparable = before.filter(({ code }) => code !== tooManyContainers);
  return violations(
    decoding,
    'object.unreadable',
    broughtBy(issues.map(asFinding), () => comparable.map(asFinding)),
  );
}

/** A request that must carry an object and carries none. */
export const objectMissing = (): readonly Violation[] => [
  violation(decoding, 'object.unreadable', {
    field: '',
    message: () => 'the request carries no object to judge; send the whole object',
  }),
];

const asFinding = (issue: Issue): Finding => ({
  identity: `${issue.code} ${issue.pointer ?? ''} ${issue.message}`,
  field: shownPointer(issue.pointer ?? ''),
  message: () => `cannot be judged: ${issue.message}; correct this field`,
});

/** What the findings of a scan mean for one rule: how many stored objects break it, and what they hold against a Boundary's proof. */
import type { Finding } from '../admission/scanning/finding.ts';
import { isGuardrailAbout, isJudgedByBoundaries } from '../admission/scanning/kinds.ts';
import type { StoredKind } from '../admission/scanning/stored.ts';
import type { Rules } from '../admission/rules.ts';
import { asciiLine } from '../boundary/invariants/text.ts';

/** Something that a scan could not look at; with the kind, where it is all of one. */
export interface Gap {
  readonly message: string;
  readonly kind?: StoredKind;
}

/** A completed scan. */
export interface Taken {
  readonly rules: Rules;
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
}

export type RuleName = readonly [kind: 'Boundary' | 'GuardrailPolicy', name: string];

/**
 * Nothing that is stored is outside for it: floors are counted by those who write them, a namespace without a tenant is in no Boundary, who made a
 * namespace of an exempt name is not told by what is stored, and which kinds are served is a clause of its own.
 */
const notOutside: ReadonlySet<string> = new Set([
  'floor.missing',
  'floor.incomplete',
  'namespace.unassigned',
  'namespace.exempt',
  'otherPolicies.served',
]);

export const isOutside = ({ violation }: Finding): boolean => !notOutside.has(violation.code);

/** How many stored objects break a rule; undefined where some that could were not looked at. */
export function countAgainst({ findings, gaps, rules }: Taken, rule: RuleName): number | undefined {
  if (gaps.some(({ kind }) => kind === undefined || concerns(kind, rule, rules))) return undefined;
  return objectsOf(findings.filter((finding) => isAgainst(finding, rule))).length;
}

/** In words; empty where the scan was whole and found nothing. Nobody is proven where an object could not be judged, or wears a label that it may not. */
export function lackingOf(taken: Taken, boundary: string): readonly string[] {
  const { findings, gaps, rules } = taken;
  const rule = ['Boundary', boundary] as const;
  const unseen = gaps.filter(({ kind }) => kind === undefined || concerns(kind, rule, rules));
  const outside = objectsOf(findings.filter((finding) => isAgainst(finding, rule)));
  const unjudged = objectsOf(findings.filter(({ violation }) => violation.kind === 'Configuration'));
  return [
    ...(outside.length === 0 ? [] : [`stored and outside it: ${some(outside)}`]),
    ...(unjudged.length === 0
      ? []
      : [`stored against the configuration, or not to be judged: ${some(unjudged)}`]),
    ...(unseen.length === 0
      ? []
      : [`the scan of what is stored was not complete: ${asciiLine(unseen[0]?.message ?? '', 200)}`]),
  ];
}

const isAgainst = ({ violation }: Finding, [kind, name]: RuleName): boolean =>
  (violation.policy?.kind ?? violation.kind) === kind && violation.rule === name;

const concerns = (stored: StoredKind, [kind, name]: RuleName, rules: Rules): boolean =>
  kind === 'Boundary' ? isJudgedByBoundaries(stored) : isGuardrailAbout(stored, name, rules);

/** Each object once, as `Kind NAMESPACE/NAME`. */
const objectsOf = (findings: readonly Finding[]): readonly string[] => [
  ...new Set(
    findings.map(({ resource: { kind, namespace, name } }) =>
      namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`,
    ),
  ),
];

const most = 3;
const some = (names: readonly string[]): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

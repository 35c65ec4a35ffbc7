/** What exceptions let through of what was found, and how that is told. */
import type { Exception } from '../../boundary/exceptions/exception.ts';
import type { GuardingBoundary } from '../../boundary/invariants/context.ts';
import type { Violation } from '../../k8s/violation.ts';
import type { Evaluation } from '../decision.ts';

/** Violations that stay, and the names of the exceptions that took the others. */
export interface LetThrough {
  readonly violations: readonly Violation[];
  readonly used: readonly string[];
}

/** Leaves out what some exception covers. */
export function letThrough(
  violations: readonly Violation[],
  exceptions: readonly Exception[],
  covers: (exception: Exception, violation: Violation) => boolean,
): LetThrough {
  if (exceptions.length === 0 || violations.length === 0) return { violations, used: [] };
  const used = new Set<string>();
  const kept = violations.filter((violation) => {
    const covering = exceptions.filter((exception) => covers(exception, violation));
    for (const { name } of covering) used.add(name);
    return covering.length === 0;
  });
  return { violations: kept, used: [...used].sort() };
}

/** A setting of a Boundary's `spec.pods` that both name. A guarded annotation that is configured may do either, so both must be let through. */
export function coversPodSetting(
  { boundaries, podSettings }: Exception,
  { code, rule, kind }: Violation,
): boolean {
  if (kind !== 'Boundary' || !boundaries.includes(rule)) return false;
  if (code === 'annotations.guarded')
    return podSettings.includes('secondaryNetworks') && podSettings.includes('addressRequests');
  return code.startsWith('pods.') && podSettings.includes(code.slice('pods.'.length));
}

/** Boundaries of which what exceptions let through is not asked any more, so that nothing is added to a pod for its sake. */
export const loosened = (
  boundaries: readonly GuardingBoundary[],
  exceptions: readonly Exception[],
): readonly GuardingBoundary[] =>
  exceptions.length === 0
    ? boundaries
    : boundaries.map((boundary) => {
        const settings = exceptions
          .filter((exception) => exception.boundaries.includes(boundary.name))
          .flatMap((exception) => exception.podSettings);
        const rawSockets = settings.includes('rawSockets') ? 'Allow' : boundary.pods.rawSockets;
        const beforeFloor = settings.includes('beforeFloor') ? 'Allow' : boundary.pods.beforeFloor;
        return { ...boundary, pods: { ...boundary.pods, rawSockets, beforeFloor } };
      });

/** A validation of a policy that it names; a policy that could not be evaluated is no exception's business. */
export const coversPolicy = ({ policies }: Exception, { code, rule, kind }: Violation): boolean =>
  kind === 'GuardrailPolicy' && code === 'policy' && policies.includes(rule);

/** The same evaluation, naming the exceptions that it used. */
export function naming(
  evaluation: Evaluation,
  used: readonly string[],
  exceptions: readonly Exception[],
): Evaluation {
  if (used.length === 0) return evaluation;
  const names = [...new Set([...(evaluation.exceptions ?? []), ...used])].sort();
  const told = used.map((name) => {
    const ends = exceptions.find((one) => one.name === name)?.expiresAt ?? NaN;
    return Number.isNaN(ends)
      ? `exception ${name} lets this through`
      : `exception ${name} lets this through until ${new Date(ends).toISOString().slice(0, 16)}Z`;
  });
  return { ...evaluation, exceptions: names, warnings: [...evaluation.warnings, ...told] };
}

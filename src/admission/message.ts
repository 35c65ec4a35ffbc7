/** What a refused user reads (api.md 6): what and why, each violation with its flow and limit, then the way out. ASCII, at most 4 KB. */
import { plain } from '../boundary/describe.ts';
import type { Attributes } from '../k8s/attributes.ts';
import { stringAt } from '../k8s/json.ts';
import type { Violation } from '../k8s/violation.ts';
import type { Decision } from './decision.ts';

const longest = 4096;
const docs = 'docs/rules.md';

/** `NetworkPolicy payments/allow-out`, with generateName where there is no name yet. */
export function titleOf({ kind, namespace, name, object, oldObject }: Attributes): string {
  const own =
    name ||
    (stringAt(object, 'metadata', 'name') ??
      stringAt(oldObject, 'metadata', 'name') ??
      `${stringAt(object, 'metadata', 'generateName') ?? ''}*`);
  const inside = namespace === '' || kind === 'Namespace' ? '' : `${namespace}/`;
  return plain(`${kind} ${inside}${own}`, 300);
}

/** The message of a denial; `decisionId` finds it again in the log, where it is logged. */
export function messageOf(attributes: Attributes, decision: Decision, decisionId?: string): string {
  const trace = decisionId === undefined ? '' : `Decision ${decisionId}, `;
  const title = titleOf(attributes);
  if (decision.failure !== undefined) {
    return cut([
      `${title} could not be decided: ${plain(decision.failure.message, 1000)}`,
      `  ${trace}docs: ${docs}`,
    ]);
  }
  const denied = decision.violations.filter(({ action }) => action === 'Deny');
  return cut([headline(title, denied), ...linesOf(denied), `  ${wayOut(denied)}${trace}docs: ${docs}`]);
}

function headline(title: string, denied: readonly Violation[]): string {
  const boundaries = [
    ...new Set(denied.filter(({ kind }) => kind === 'Boundary').map(({ rule }) => `"${rule}"`)),
  ];
  if (denied.every(({ witness }) => witness !== undefined)) {
    return `${title} allows more than boundary ${boundaries.join(' and ')} does`;
  }
  const policies = [
    ...new Set(
      denied.filter(({ kind }) => kind === 'GuardrailPolicy').map(({ rule }) => `"${plain(rule, 253)}"`),
    ),
  ];
  const judges = [
    ...(boundaries.length === 0 ? [] : [`boundary ${boundaries.join(', ')}`]),
    ...(denied.some(({ kind }) => kind === 'Configuration') ? ['the tenancy rules'] : []),
    ...(policies.length === 0 ? [] : [`policy ${policies.join(', ')}`]),
  ];
  return `${title} is refused by ${judges.join(' and ')}`;
}

/** Each finding, and on a line of its own the limit that it breaks or what its author says to do, once where several share it. */
function linesOf(denied: readonly Violation[]): string[] {
  const told = new Set<string>();
  return denied.flatMap((violation) => {
    const { message, witness, policy } = violation;
    const split = witness === undefined ? -1 : message.indexOf('; ');
    const below = split < 0 ? policy?.remediation : message.slice(split + 2);
    const source = policy === undefined ? '' : ` (${sourceOf(violation)})`;
    const finding = `  ${plain(split < 0 ? message : message.slice(0, split), 700)}${source}`;
    if (below === undefined) return [finding];
    const limit = `    ${plain(below, 700)}`;
    const fresh = [finding, limit].filter((line) => !told.has(line));
    told.add(finding).add(limit);
    return fresh.includes(limit) ? [finding, limit] : fresh;
  });
}

/** Whose finding it is; of a guardrail also which of its validations found it, and how its author ranks it: `no-ssh validations[0], severity high`. */
export function sourceOf({ rule, policy }: Violation): string {
  const part = policy?.index === undefined ? '' : ` validations[${policy.index}]`;
  const rank = policy?.severity === undefined ? '' : `, severity ${policy.severity}`;
  return `${plain(rule, 253)}${part}${rank}`;
}

const wayOut = (denied: readonly Violation[]): string =>
  denied.some(({ witness }) => witness !== undefined)
    ? 'Inside the boundary: bulkhead review --narrow FILE prints the part that is allowed. '
    : '';

/** Keeps the first line and the way out; says how many lines in between did not fit. */
function cut(lines: readonly string[]): string {
  const whole = lines.join('\n');
  if (whole.length <= longest) return whole;
  const last = lines.at(-1) ?? '';
  const kept: string[] = [];
  let length = last.length + 80;
  for (const line of lines.slice(0, -1)) {
    if (length + line.length + 1 > longest) break;
    kept.push(line);
    length += line.length + 1;
  }
  return [
    ...kept,
    `  and ${lines.length - 1 - kept.length} more lines; bulkhead review shows them all`,
    last,
  ].join('\n');
}

/** Prints reviews: text for people, JSON Lines for programs (api.md 5), YAML of the narrowed policies for kubectl. */
import { stringify } from 'yaml';
import { messageOf, titleOf } from '../../admission/message.ts';
import type { Review } from '../../admission/manifests/reviewAll.ts';
import type { Rules } from '../../admission/rules.ts';
import type { Violation } from '../../k8s/violation.ts';
import { paletteFor } from '../palette.ts';
import type { Terminal } from '../terminal.ts';

/** One JSON object a line: the contract `review -o json`. */
export function printJson(reviews: readonly Review[], terminal: Terminal): void {
  for (const { outcome, warnings, narrowed } of reviews) {
    const { attributes, decision } = outcome;
    const { uid, operation, group, version, kind, subresource, namespace, name } = attributes;
    const line = {
      apiVersion: 'bulkhead.dev/v1alpha1',
      uid,
      resource: { group, version, kind, subresource, namespace, name },
      operation,
      allowed: decision.allowed,
      violations: [...decision.violations, ...failureOf(outcome)],
      warnings,
      patch: decision.patch,
      ...(narrowed === undefined ? {} : { narrowed }),
    };
    terminal.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

/** A request that could not be judged, in the shape of a violation, so that no reader of the contract takes it for a bare refusal. */
function failureOf({ decision }: Review['outcome']): Violation[] {
  if (decision.failure === undefined) return [];
  const { code, message } = decision.failure;
  return [{ code, rule: '', kind: 'Configuration', action: 'Deny', field: '', message }];
}

/** What a person reads: every denial in full, every warning, a line for each object, and the sum. */
export function printText(reviews: readonly Review[], rules: Rules, terminal: Terminal): void {
  const { red, green, yellow, dim } = paletteFor(terminal.stdout, terminal);
  let denied = 0;
  let untouched = 0;
  for (const { outcome, document, warnings } of reviews) {
    const { attributes, decision } = outcome;
    const { line } = document.positionOf('');
    const place = dim(`${document.file}:${line}`);
    if (!decision.allowed) {
      denied += 1;
      terminal.stdout.write(`${red('denied')}   ${place}\n${indent(messageOf(attributes, decision))}\n`);
    } else if (decision.applied) {
      const how = decision.patch.length === 0 ? green('allowed') : yellow('patched');
      terminal.stdout.write(`${how}  ${place} ${titleOf(attributes)}\n`);
    } else {
      untouched += 1;
      terminal.stdout.write(`${green('allowed')}  ${place} ${titleOf(attributes)}: no rule applies\n`);
    }
    for (const warning of warnings) terminal.stdout.write(`         ${yellow('warning:')} ${warning}\n`);
  }
  const names = rules.ruleSet.boundaries.map(({ name }) => name).join(', ');
  const allowed = reviews.length - denied - untouched;
  terminal.stdout.write(
    `${denied} denied, ${allowed} allowed, ${untouched} without a rule; boundaries in force: ${names || 'none'}\n`,
  );
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');

/** The part of each NetworkPolicy that is allowed, ready for `kubectl apply -f -`; policies that are inside already are printed as they are. */
export function printNarrowed(reviews: readonly Review[], terminal: Terminal): void {
  for (const { outcome, narrowed, document } of reviews) {
    if (outcome.attributes.kind !== 'NetworkPolicy') {
      if (!outcome.decision.allowed) {
        const title = titleOf(outcome.attributes);
        terminal.stderr.write(`${title} is denied and no NetworkPolicy; leave --narrow out to see why\n`);
      }
      continue;
    }
    const printed = narrowed ?? (outcome.decision.allowed ? document.value : undefined);
    if (printed === undefined) {
      terminal.stderr.write(`${titleOf(outcome.attributes)}: nothing of it can be allowed\n`);
    } else terminal.stdout.write(`---\n${stringify(printed)}`);
  }
}

/** A replay's result: for people as text, for programs as the contract `replay -o json`. */
import { changesOf, gapsOf } from '../../admission/replaying/tally.ts';
import type { Change, Example, Tally } from '../../admission/replaying/tally.ts';
import type { Past } from '../../admission/replaying/past.ts';
import { plain } from '../../boundary/describe.ts';
import { counted } from '../counted.ts';
import { paletteFor } from '../palette.ts';
import type { Terminal } from '../terminal.ts';

/** Reasons told one by one; the rest is in the sum. */
const mostReasons = 20;

export function printReplayText(tally: Tally, rulesHash: string, terminal: Terminal): void {
  const { bold, red, yellow, green, dim } = paletteFor(terminal.stdout, terminal);
  const paint = { denied: red, warned: yellow, allowed: green };
  const write = (text: string): void => terminal.stdout.write(text);
  for (const change of changesOf(tally)) {
    const { before, after, rule, tenant, count, examples } = change;
    const whose = tenant === undefined ? 'without a tenant' : `tenant ${plain(tenant, 63)}`;
    const by = rule === '' ? '' : ` by ${plain(rule, 253)}`;
    write(`${bold(`${before} → `)}${paint[after](after)}${bold(`${by}, ${whose}: ${count}`)}\n`);
    for (const example of examples) write(exampleText(example, change, dim));
  }
  const gaps = gapsOf(tally);
  if (gaps.length > 0) write(`${bold('cannot replay')}: ${tally.unknown}\n`);
  for (const { rule, what, count } of gaps.slice(0, mostReasons))
    write(`  ${count} × ${rule === '' ? '' : `${plain(rule, 253)} reads `}${plain(what, 300)}\n`);
  if (gaps.length > mostReasons) write(`  and ${gaps.length - mostReasons} other reasons\n`);
  const { replayed, changed, unknown, newlyDenied, newlyAllowed } = tally;
  write(
    `${counted(replayed, 'decision')} replayed under rules ${rulesHash}: ${newlyDenied} newly denied, ${newlyAllowed} newly allowed, ` +
      `${counted(changed - newlyDenied - newlyAllowed, 'other change')}; ${unknown} cannot be replayed\n`,
  );
}

function exampleText(
  { past, violations }: Example,
  { after }: Change,
  dim: (text: string) => string,
): string {
  const lines = [`  ${titleOf(past)} ${dim(`${past.time} ${past.decisionId}`)}`];
  for (const { code, message } of violations) lines.push(`    ${code}: ${plain(message, 1000)}`);
  if (violations.length === 0 && after !== 'denied')
    for (const { code, rule } of past.denials)
      lines.push(`    no longer ${code}${rule === '' ? '' : ` by ${plain(rule, 253)}`}`);
  return `${lines.join('\n')}\n`;
}

function titleOf({ attributes: { operation, kind, namespace, name } }: Past): string {
  return plain(`${operation} ${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`, 320);
}

/** One object; `violations` of an example are in the words of `review -o json`, with the witness. */
export function printReplayJson(tally: Tally, rulesHash: string, terminal: Terminal): void {
  const { replayed, same, changed, unknown, newlyDenied, newlyAllowed } = tally;
  const report = {
    apiVersion: 'bulkhead.dev/v1alpha1',
    kind: 'ReplayReport',
    rulesHash,
    summary: { replayed, same, changed, newlyDenied, newlyAllowed, cannotReplay: unknown },
    changes: changesOf(tally).map(({ before, after, rule, tenant, count, examples }) => ({
      before,
      after,
      rule,
      tenant: tenant ?? null,
      count,
      examples: examples.map(({ past, violations }) => ({ ...identityOf(past), violations })),
    })),
    cannotReplay: gapsOf(tally).map(({ rule, what, count, example }) => ({
      rule,
      reads: what,
      count,
      example: identityOf(example),
    })),
  };
  terminal.stdout.write(`${JSON.stringify(report)}\n`);
}

const identityOf = ({ decisionId, time, decision, attributes }: Past): object => ({
  decisionId,
  time,
  decision,
  operation: attributes.operation,
  resource: {
    group: attributes.group,
    version: attributes.version,
    kind: attributes.kind,
    namespace: attributes.namespace,
    name: attributes.name,
  },
});

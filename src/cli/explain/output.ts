/** The forms in which an explanation is printed. */
import type { ConcreteEndpoint, Connection } from '../../netpol/concrete/world.ts';
import type { Inventory } from '../../netpol/inventory/inventory.ts';
import { allowedPorts, inWords } from '../../netpol/reach/connectionSet.ts';
import type { ExplainedSide, Explanation, MatchingRule, Question } from '../../netpol/reach/explanation.ts';
import { paletteFor } from '../palette.ts';
import { nameOfEnd } from '../question.ts';
import type { Terminal } from '../terminal.ts';

/** The JSON contract of `explain`: `connections` is all that can be opened; each side has its reason, policies and rules. */
export function printJson(
  { source, destination, connection }: Question,
  { allowed, connections, egress, ingress }: Explanation,
  inventory: Inventory,
  { stdout }: Terminal,
): void {
  const side = ({ allowed: open, reason, policies, rules }: ExplainedSide): unknown => ({
    allowed: open,
    reason,
    policies,
    rules: rules.map(({ policy, field, allowed: ports }) => {
      const { file, line, column } = inventory.placeOf(policy, field) ?? {};
      return { policy, field, file, line, column, allowed: allowedPorts(ports) };
    }),
  });
  const told = {
    source: endOf(source),
    destination: endOf(destination),
    ...connection,
    allowed,
    connections: allowedPorts(connections),
    egress: side(egress),
    ingress: side(ingress),
  };
  stdout.write(`${JSON.stringify(told)}\n`);
}

const endOf = (end: ConcreteEndpoint): unknown =>
  end.kind === 'pod' ? { namespace: end.namespace.name, pod: end.name } : { ip: nameOfEnd(end) };

export function printText(
  { source, destination, connection }: Question,
  explanation: Explanation,
  inventory: Inventory,
  terminal: Terminal,
): void {
  const { bold, red, green } = paletteFor(terminal.stdout, terminal);
  const { allowed, connections, egress, ingress } = explanation;
  const verdict = allowed ? green('allowed') : red('denied');
  const what = connection === undefined ? '' : ` on ${inNumbers(connection)}`;
  const lines = [bold(`${nameOfEnd(source)} -> ${nameOfEnd(destination)}${what}: `) + verdict];
  if (connection === undefined && allowed) lines.push(`  can open ${inWords(connections)}`);
  lines.push(...sideLines(egress, source, 'to', nameOfEnd(destination), connection, inventory));
  lines.push(...sideLines(ingress, destination, 'from', nameOfEnd(source), connection, inventory));
  if (!allowed && egress.allowed && ingress.allowed) {
    lines.push('  both sides allow something, but nothing that the other allows too');
  }
  terminal.stdout.write(`${lines.join('\n')}\n`);
}

const inNumbers = (connection: Connection): string =>
  connection.protocol === 'OTHER' ? 'other protocols' : `${connection.protocol} ${connection.port}`;

function sideLines(
  { direction, reason, policies, rules }: ExplainedSide,
  subject: ConcreteEndpoint,
  way: 'to' | 'from',
  peer: string,
  connection: Connection | undefined,
  inventory: Inventory,
): readonly string[] {
  const label = direction.toLowerCase().padEnd(9);
  const name = nameOfEnd(subject);
  const line = (text: string): string => `  ${label}${text}`;
  switch (reason) {
    case 'external':
      return [line(`${name} is outside the cluster; no policy binds it`)];
    case 'hostNetwork':
      return [line(`${name} is on its node's network; policies do not select it`)];
    case 'loopback':
      return [line('a pod always reaches itself')];
    case 'unpoliced':
      return [line('policies do not bind this protocol')];
    case 'notIsolated':
      return [line(`allowed: no policy isolates ${name} for ${direction.toLowerCase()}`)];
    case 'noRule': {
      const on = connection === undefined ? '' : ` on ${inNumbers(connection)}`;
      return [
        line(
          `denied: ${policies.join(', ')} ${policies.length === 1 ? 'isolates' : 'isolate'} ${name}, and no rule allows ${way} ${peer}${on}`,
        ),
      ];
    }
    case 'rule':
      return rules.map((rule, at) =>
        at === 0
          ? line(`allowed by ${ruleText(rule, inventory)}`)
          : `           and ${ruleText(rule, inventory)}`,
      );
  }
}

/** The rule, what it allows, and where it stands. */
function ruleText({ policy, field, allowed }: MatchingRule, inventory: Inventory): string {
  const { file, line, column } = inventory.placeOf(policy, field) ?? {};
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${policy} ${field} (${inWords(allowed)})${place === '' ? '' : ` at ${place}`}`;
}

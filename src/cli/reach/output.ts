/** The forms in which connections are printed. */
import { allowedPorts, inWords } from '../../netpol/reach/connectionSet.ts';
import type { ReachConnection } from '../../netpol/reach/connections.ts';
import { columns } from '../columns.ts';
import { graph } from '../graph.ts';
import type { GraphEdge, GraphNode } from '../graph.ts';
import { markup, page } from '../page.ts';
import type { Markup } from '../page.ts';
import { linesOf, nameOf } from './lines.ts';
import type { ReachLine } from './lines.ts';
import type { Output } from '../terminal.ts';

/** A connection in the words of the JSON contract. */
export const toJson = ({ source, destination, allowed }: ReachConnection): unknown => ({
  source,
  destination,
  allowed: allowedPorts(allowed),
});

/** The JSON contract of `reach`, one connection a line, written as they come: there may be millions. */
export function printJson(connections: Iterable<ReachConnection>, output: Output): void {
  let before = '{"connections":[';
  let chunk = '';
  for (const connection of connections) {
    chunk += `${before}\n${JSON.stringify(toJson(connection))}`;
    before = ',';
    if (chunk.length > 65_536) {
      output.write(chunk);
      chunk = '';
    }
  }
  output.write(`${chunk}${before === ',' ? '\n' : before}]}\n`);
}

export function printTable(connections: Iterable<ReachConnection>, output: Output): void {
  const rows = [...linesOf(connections)].map(({ source, destination, allowed }) => [
    source,
    destination,
    allowed,
  ]);
  output.write(columns([['SOURCE', 'DESTINATION', 'ALLOWED'], ...rows]));
}

export function printText(connections: Iterable<ReachConnection>, output: Output): void {
  const groups = bySource(linesOf(connections));
  if (groups.size === 0) output.write('nobody can talk to anybody\n');
  for (const [source, lines] of groups) {
    output.write(
      `${source}\n${columns(lines.map(({ destination, allowed }) => [`  -> ${destination}`, allowed]))}`,
    );
  }
}

export function printDot(connections: Iterable<ReachConnection>, output: Output): void {
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  for (const { source, destination, allowed } of connections) {
    for (const end of [source, destination]) {
      const id = nameOf(end);
      if (nodes.has(id)) continue;
      nodes.set(
        id,
        'cidr' in end ? { id, label: id, box: 'outside' } : { id, label: end.pod, box: end.namespace },
      );
    }
    edges.push({ from: nameOf(source), to: nameOf(destination), label: inWords(allowed) });
  }
  output.write(graph('reach', [...nodes.values()], edges));
}

export function printHtml(connections: Iterable<ReachConnection>, output: Output): void {
  const groups = bySource(linesOf(connections));
  const count = [...groups.values()].reduce((sum, { length }) => sum + length, 0);
  const sections = [...groups].map(([source, lines]) => section(source, lines));
  output.write(
    page(
      'Who can talk to whom',
      markup`<h1>Who can talk to whom</h1>
        <p>
          ${count} connections from ${groups.size} sources. Open a source to see what it can reach; pairs
          without any connection are left out.
        </p>
        ${sections}`,
    ),
  );
}

const section = (source: string, lines: readonly ReachLine[]): Markup =>
  markup`<details>
    <summary>
      <code>${source}</code>
      <span class="dim">${lines.length === 1 ? '1 destination' : `${lines.length} destinations`}</span>
    </summary>
    <div class="scroll" tabindex="0" role="region" aria-label="${source}">
      <table>
        <thead>
          <tr>
            <th scope="col">Destination</th>
            <th scope="col">Allowed</th>
          </tr>
        </thead>
        <tbody>
          ${lines.map(
            ({ destination, allowed }) =>
              markup`<tr>
                <th scope="row"><code>${destination}</code></th>
                <td class="wrap">${allowed}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </details> `;

function bySource(lines: Iterable<ReachLine>): ReadonlyMap<string, readonly ReachLine[]> {
  const groups = new Map<string, ReachLine[]>();
  for (const line of lines) {
    const group = groups.get(line.source);
    if (group === undefined) groups.set(line.source, [line]);
    else group.push(line);
  }
  return groups;
}

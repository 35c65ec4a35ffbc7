/** Graphviz: a directed graph with its nodes in named boxes. */

export interface GraphNode {
  readonly id: string;
  readonly label: string;
  /** The box that it stands in, or none. */
  readonly box?: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** Prints a graph for `dot`. Everything is quoted, so any text may stand in it. */
export function graph(name: string, nodes: readonly GraphNode[], edges: readonly GraphEdge[]): string {
  const lines = [`digraph ${quote(name)} {`, '  rankdir=LR;', '  node [shape=box, fontname="sans-serif"];'];
  const boxes = [...new Set(nodes.flatMap(({ box }) => box ?? []))];
  for (const [at, box] of boxes.entries()) {
    lines.push(`  subgraph cluster_${at} {`, `    label=${quote(box)};`);
    for (const node of nodes) if (node.box === box) lines.push(`    ${print(node)}`);
    lines.push('  }');
  }
  for (const node of nodes) if (node.box === undefined) lines.push(`  ${print(node)}`);
  for (const { from, to, label } of edges) {
    lines.push(`  ${quote(from)} -> ${quote(to)} [label=${quote(label)}];`);
  }
  return `${lines.join('\n')}\n}\n`;
}

const print = ({ id, label }: GraphNode): string => `${quote(id)} [label=${quote(label)}];`;

/** A DOT string: backslashes and quotes escaped, control characters left out. */
const quote = (text: string): string =>
  `"${text
    .replaceAll(/\p{Cc}/gu, '')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')}"`;

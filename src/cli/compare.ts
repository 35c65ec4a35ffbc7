/** `bulkhead compare`: the relation of two policy sets by meaning, for all possible pods. */
import { Argument, Option } from '@commander-js/extra-typings';
import type { Issue } from '../config/issue.ts';
import type { Endpoint, Witness } from '../k8s/witness.ts';
import type { Inventory } from '../netpol/inventory/inventory.ts';
import { compare } from '../netpol/relation/compare.ts';
import type { Difference, Relation } from '../netpol/relation/compare.ts';
import { exampleOf } from '../netpol/relation/example.ts';
import type { PolicySet } from '../netpol/relation/sides.ts';
import type { Definition } from './command.ts';
import { tellIssues } from './diagnostics.ts';
import { readManifests } from './manifests.ts';
import type { ExitCode, Terminal } from './terminal.ts';

const more = `
Two sets are compared by what they allow, not by how they are written: order, split ranges, repeated rules and several ways to select the
same pods make no difference. Each side may hold NetworkPolicies, Namespaces (their labels are then known) and Pods. A flow between pods is
allowed where the egress of its source and the ingress of its destination allow it.

Relations: equivalent, a-within-b (B allows all that A allows, and more), b-within-a, incomparable.
Exit code: 0 whenever it could compare, 2 when something could not be read or is too complex.

Example:
  bulkhead compare old/ new/`;

export const define: Definition = (command, { terminal, run }) =>
  command
    .addArgument(new Argument('<a>', 'manifests: a file, a directory or -'))
    .addArgument(new Argument('<b>', 'manifests: a file, a directory or -'))
    .option('-n, --namespace <name>', 'where objects without a namespace go', 'default')
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'json'] as const)
        .default('text'),
    )
    .addHelpText('after', more)
    .action((a, b, { output, namespace }) => run(() => compareSets(a, b, namespace, output, terminal)));

async function compareSets(
  a: string,
  b: string,
  defaultNamespace: string,
  output: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const [first, second] = [
    await readManifests([a], defaultNamespace, terminal),
    await readManifests([b], defaultNamespace, terminal),
  ];
  const issues: Issue[] = [first, second].flatMap((side) => (side.ok ? [] : side.issues));
  if (!first.ok || !second.ok) {
    tellIssues(issues, terminal);
    return 2;
  }
  const [inA, inB] = [setOf(first.value, second.value), setOf(second.value, first.value)];
  const comparison = compare(inA, inB);
  if (comparison === 'tooComplex') {
    const message = 'the policies are too complex to be compared; compare fewer namespaces at a time';
    tellIssues([{ code: 'compare.tooComplex', message }], terminal);
    return 2;
  }
  const { relation } = comparison;
  const [onlyInA, onlyInB] = [witness(comparison.onlyInA, inA, b), witness(comparison.onlyInB, inB, a)];
  if (output === 'json') terminal.stdout.write(`${JSON.stringify({ relation, onlyInA, onlyInB })}\n`);
  else terminal.stdout.write(text(relation, a, b, onlyInA, onlyInB));
  return 0;
}

/** A side, with the labels of namespaces that only the other side gives. */
function setOf(own: Inventory, other: Inventory): PolicySet {
  const given = (inventory: Inventory) => inventory.namespaces.filter(({ labels }) => labels.size > 0);
  const namespaces = new Map([...given(other), ...given(own)].map(({ name, labels }) => [name, labels]));
  return { policies: own.policies, namespaces };
}

const witness = (
  difference: Difference | undefined,
  { namespaces }: PolicySet,
  other: string,
): Witness | null => (difference === undefined ? null : exampleOf(difference, namespaces, other));

const sentences: Readonly<Record<Relation, (a: string, b: string) => string>> = {
  equivalent: (a, b) =>
    `${a} and ${b} are equivalent: they allow exactly the same, for all pods there could be`,
  'a-within-b': (a, b) => `${a} is within ${b}: ${b} allows more`,
  'b-within-a': (a, b) => `${b} is within ${a}: ${a} allows more`,
  incomparable: (a, b) => `${a} and ${b} are incomparable: each allows something that the other does not`,
};

function text(
  relation: Relation,
  a: string,
  b: string,
  onlyInA: Witness | null,
  onlyInB: Witness | null,
): string {
  const only = (name: string, found: Witness | null): string =>
    found === null ? '' : `only ${name}: ${describeFlow(found)}\n`;
  return `${sentences[relation](a, b)}\n${only(a, onlyInA)}${only(b, onlyInB)}`;
}

function describeFlow({ source, destination, protocol, port, because }: Witness): string {
  const connection = protocol === 'OTHER' ? 'other protocols such as ICMP' : `${protocol} ${port ?? ''}`;
  const reason = because.policy === '' ? 'no policy isolates the pod' : `${because.policy} ${because.field}`;
  return `${describeEnd(source)} -> ${describeEnd(destination)} on ${connection} (${reason})`;
}

function describeEnd(end: Endpoint): string {
  if ('ip' in end) return end.ip;
  const labels = Object.entries(end.podLabels).map(([key, value]) => `${key}=${value}`);
  const outer = Object.entries(end.namespaceLabels).map(([key, value]) => `${key}=${value}`);
  const namespace = `namespace ${end.namespace}${outer.length === 0 ? '' : ` {${outer.join(', ')}}`}`;
  return `${labels.length === 0 ? 'a pod' : `a pod {${labels.join(', ')}}`} in ${namespace}`;
}

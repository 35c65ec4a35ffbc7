/** `bulkhead reach`: who can talk to whom, per protocol and port. */
import { Option } from '@commander-js/extra-typings';
import { connectionsOf } from '../../netpol/reach/connections.ts';
import type { ReachConnection } from '../../netpol/reach/connections.ts';
import type { Definition } from '../command.ts';
import { aboutManifests, inventoryFrom, optionsOf, withManifests } from '../manifests.ts';
import type { ManifestOptions } from '../manifests.ts';
import { printDot, printHtml, printJson, printTable, printText } from './output.ts';
import type { ExitCode, Output, Terminal } from '../terminal.ts';

const forms = ['text', 'json', 'table', 'dot', 'html'] as const;

const more = `${aboutManifests}

Exact for the pods that the manifests have. Addresses outside are told as the fewest CIDRs that a pod's own policies can tell apart, so a pod
without policies reaches 0.0.0.0/0 and ::/0. A pod always reaches itself, which is not listed; pods of one workload are, where it runs several.
Always allowed whatever is listed: traffic from the pod's own node (kubelet probes), and replies.

Examples:
  bulkhead reach manifests/
  kubectl get ns,pods,netpol -A -o json | bulkhead reach - -o html > reach.html
  bulkhead reach manifests/ -o dot | dot -Tsvg > reach.svg

Exit code: 0, or 2 when something could not be read.`;

export const define: Definition = (command, { terminal, run }) =>
  withManifests(command)
    .argument('<paths...>', 'manifests: files, directories, or - for standard input')
    .addOption(new Option('-o, --output <form>', 'form of the result').choices(forms).default('text'))
    .addHelpText('after', more)
    .action((paths, options) => run(() => reach(paths, options, terminal)));

async function reach(
  paths: readonly string[],
  options: ManifestOptions & { readonly output: (typeof forms)[number] },
  terminal: Terminal,
): Promise<ExitCode> {
  const inventory = await inventoryFrom(paths, options, terminal);
  if (inventory === undefined) return 2;
  printers[options.output](connectionsOf(inventory, optionsOf(options)), terminal.stdout);
  return 0;
}

const printers: Readonly<
  Record<(typeof forms)[number], (connections: Iterable<ReachConnection>, output: Output) => void>
> = { text: printText, json: printJson, table: printTable, dot: printDot, html: printHtml };

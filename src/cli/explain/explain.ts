/** `bulkhead explain`: why a connection is allowed or not, with the policies and rules on both sides. */
import { Option } from '@commander-js/extra-typings';
import type { Issue } from '../../config/issue.ts';
import { explain } from '../../netpol/reach/explanation.ts';
import type { Definition } from '../command.ts';
import { tellIssues } from '../diagnostics.ts';
import { printJson, printText } from './output.ts';
import { aboutManifests, inventoryFrom, optionsOf, withManifests } from '../manifests.ts';
import type { ManifestOptions } from '../manifests.ts';
import { questionOf } from '../question.ts';
import type { Asked } from '../question.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

const more = `${aboutManifests}

An end is NAMESPACE/POD (for a workload, its own name) or an IP address. An address that a pod of the manifests has stands for that pod.
Without --port and --protocol the question is whether any connection can be opened, and all rules that name the other end are told. --port is a
number or the name of a container port of the destination; --protocol alone asks about OTHER (ICMP and the like) only.

Examples:
  bulkhead explain --from shop/web --to shop/db --port 5432 manifests/
  bulkhead explain --from shop/web --to 169.254.169.254 --port 80 --expect denied manifests/

Exit code: 0 whatever the answer, 1 when --expect says otherwise, 2 when something could not be read.`;

export const define: Definition = (command, { terminal, run }) =>
  withManifests(command)
    .argument('<paths...>', 'manifests: files, directories, or - for standard input')
    .requiredOption('--from <end>', 'who opens the connection: NAMESPACE/POD or an IP address')
    .requiredOption('--to <end>', 'who receives it: NAMESPACE/POD or an IP address')
    .option('--port <port>', 'destination port: a number, or the name of a container port')
    .addOption(
      new Option('--protocol <protocol>', 'protocol of the connection (default with --port: TCP)').choices([
        'TCP',
        'UDP',
        'SCTP',
        'OTHER',
      ] as const),
    )
    .addOption(
      new Option('--expect <answer>', 'exit with 1 unless this is the answer').choices([
        'allowed',
        'denied',
      ] as const),
    )
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'json'] as const)
        .default('text'),
    )
    .addHelpText('after', more)
    .action((paths, options) => run(() => answer(paths, options, terminal)));

interface Options extends ManifestOptions, Asked {
  readonly expect?: 'allowed' | 'denied' | undefined;
  readonly output: 'text' | 'json';
}

async function answer(paths: readonly string[], options: Options, terminal: Terminal): Promise<ExitCode> {
  const inventory = await inventoryFrom(paths, options, terminal, { places: true });
  if (inventory === undefined) return 2;
  const read = questionOf(options, inventory);
  if (!read.ok) {
    tellIssues(read.issues satisfies readonly Issue[], terminal);
    return 2;
  }
  const question = read.value;
  const explanation = explain(inventory.policies, question, optionsOf(options));
  const print = options.output === 'json' ? printJson : printText;
  print(question, explanation, inventory, terminal);
  const { expect } = options;
  return expect === undefined || (expect === 'allowed') === explanation.allowed ? 0 : 1;
}

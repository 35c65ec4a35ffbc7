/** `bulkhead matrix`: which tenant can talk to which. */
import { Option } from '@commander-js/extra-typings';
import { tenantReach } from '../../netpol/reach/tenants.ts';
import type { TenantReach } from '../../netpol/reach/tenants.ts';
import type { Definition } from '../command.ts';
import { configurationFrom, withConfig } from '../configuration.ts';
import { tellIssues } from '../diagnostics.ts';
import { aboutManifests, inventoryFrom, optionsOf, withManifests } from '../manifests.ts';
import type { ManifestOptions } from '../manifests.ts';
import { printDot, printHtml, printJson, printTable, printText } from './output.ts';
import type { ExitCode, Output, Terminal } from '../terminal.ts';

const forms = ['text', 'json', 'table', 'dot', 'html'] as const;

const more = `${aboutManifests}

A tenant is the value of the namespace label that the configuration calls tenancy.tenantLabel (bulkhead.dev/tenant), or of --label. A cell
counts the pairs of namespaces between which some connection can be opened; with addresses outside, the namespaces.

Examples:
  bulkhead matrix manifests/ --label team
  kubectl get ns,pods,netpol -A -o json | bulkhead matrix - --ports -o html > matrix.html

Exit code: 0, or 2 when something could not be read.`;

export const define: Definition = (command, { terminal, run }) =>
  withConfig(withManifests(command))
    .argument('<paths...>', 'manifests: files, directories, or - for standard input')
    .option('-l, --label <key>', 'the namespace label that names the tenant')
    .option('--ports', 'also tell which ports (asks about every pair of pods)')
    .addOption(new Option('-o, --output <form>', 'form of the result').choices(forms).default('text'))
    .addHelpText('after', more)
    .action((paths, options) => run(() => matrix(paths, options, terminal)));

interface Options extends ManifestOptions {
  readonly config?: string | undefined;
  readonly label?: string | undefined;
  readonly ports?: true | undefined;
  readonly output: (typeof forms)[number];
}

async function matrix(paths: readonly string[], options: Options, terminal: Terminal): Promise<ExitCode> {
  const config = await configurationFrom({ config: options.config }, terminal);
  if (!config.ok) {
    tellIssues(config.issues, terminal);
    return 2;
  }
  const inventory = await inventoryFrom(paths, options, terminal);
  if (inventory === undefined) return 2;
  const label = options.label ?? config.value.config.tenancy.tenantLabel;
  const reach = tenantReach(inventory, {
    ...optionsOf(options),
    label,
    ports: options.ports === true,
    pause: terminal.spareMemory(),
  });
  printers[options.output](label, reach, terminal.stdout);
  return 0;
}

const printers: Readonly<
  Record<(typeof forms)[number], (label: string, reach: TenantReach, output: Output) => void>
> = { text: printText, json: printJson, table: printTable, dot: printDot, html: printHtml };

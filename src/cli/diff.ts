/** `bulkhead diff`: the connections that a change of manifests opens and closes. */
import { Option } from '@commander-js/extra-typings';
import { changesBetween } from '../netpol/reach/changes.ts';
import type { Changes } from '../netpol/reach/changes.ts';
import type { ReachConnection } from '../netpol/reach/connections.ts';
import { columns } from './columns.ts';
import type { Definition } from './command.ts';
import { aboutManifests, inventoryFrom, optionsOf, withManifests } from './manifests.ts';
import type { ManifestOptions } from './manifests.ts';
import { paletteFor } from './palette.ts';
import { linesOf, nameOf } from './reach/lines.ts';
import { toJson } from './reach/output.ts';
import type { ExitCode, Terminal } from './terminal.ts';

const forms = ['text', 'json', 'table'] as const;

const more = `${aboutManifests}

Pods are the same where namespace and name are. What a new pod can reach counts as opened, what a removed one could as closed.

Example:
  git show main:policies.yaml | bulkhead diff - policies.yaml

Exit code: 0 whatever the difference, 2 when something could not be read.`;

export const define: Definition = (command, { terminal, run }) =>
  withManifests(command)
    .argument('<before>', 'manifests: a file, a directory, or - for standard input')
    .argument('<after>', 'manifests: a file, a directory, or - for standard input')
    .addOption(new Option('-o, --output <form>', 'form of the result').choices(forms).default('text'))
    .addHelpText('after', more)
    .action((before, after, options) => run(() => diff(before, after, options, terminal)));

interface Options extends ManifestOptions {
  readonly output: (typeof forms)[number];
}

async function diff(before: string, after: string, options: Options, terminal: Terminal): Promise<ExitCode> {
  const was = await inventoryFrom([before], options, terminal);
  const is = await inventoryFrom([after], options, terminal);
  if (was === undefined || is === undefined) return 2;
  const changes = changesBetween(was, is, optionsOf(options));
  switch (options.output) {
    case 'json': {
      const { opened, closed, added, removed } = changes;
      const told = { opened: opened.map(toJson), closed: closed.map(toJson), added, removed };
      terminal.stdout.write(`${JSON.stringify(told)}\n`);
      return 0;
    }
    case 'table': {
      const rows = (sign: string, connections: readonly ReachConnection[]): string[][] =>
        [...linesOf(connections)].map(({ source, destination, allowed }) => [
          sign,
          source,
          destination,
          allowed,
        ]);
      const head = ['CHANGE', 'SOURCE', 'DESTINATION', 'CONNECTIONS'];
      terminal.stdout.write(
        columns([head, ...rows('opened', changes.opened), ...rows('closed', changes.closed)]),
      );
      return 0;
    }
    case 'text':
      tell(changes, terminal);
      return 0;
  }
}

function tell({ opened, closed, added, removed }: Changes, terminal: Terminal): void {
  const { green, red, bold } = paletteFor(terminal.stdout, terminal);
  const { stdout } = terminal;
  if (opened.length + closed.length === 0) stdout.write('no connection is opened or closed\n');
  const section = (
    title: string,
    sign: string,
    connections: readonly ReachConnection[],
    paint: (text: string) => string,
  ): void => {
    if (connections.length === 0) return;
    const rows = [...linesOf(connections)].map(({ source, destination, allowed }) => [
      `  ${sign} ${source}`,
      `-> ${destination}`,
      allowed,
    ]);
    stdout.write(
      `${bold(title)}\n${columns(rows).replaceAll(/^.*$/gm, (line) => (line === '' ? line : paint(line)))}`,
    );
  };
  // What is opened is what deserves attention.
  section('opened', '+', opened, red);
  section('closed', '-', closed, green);
  if (added.length > 0) stdout.write(`new pods: ${added.map(nameOf).join(', ')}\n`);
  if (removed.length > 0) stdout.write(`removed pods: ${removed.map(nameOf).join(', ')}\n`);
}

/** `bulkhead convert`: Boundaries to admission policies of Kubernetes, and other tools' policies to Boundaries. */
import { Option } from '@commander-js/extra-typings';
import { stringify } from 'yaml';
import { toAdmissionPolicies } from '../convert/vap/toAdmissionPolicies.ts';
import type { Converted } from '../convert/converted.ts';
import { importers } from '../convert/importers.ts';
import type { ImportedFrom } from '../convert/importers.ts';
import type { Read } from '../config/issue.ts';
import { sound } from '../config/issue.ts';
import { readPaths } from '../config/paths.ts';
import type { Definition } from './command.ts';
import { tellIssues, tellWarning } from './diagnostics.ts';
import { load } from './loading.ts';
import type { ExitCode, Terminal } from './terminal.ts';

interface Options {
  readonly to?: 'vap' | undefined;
  readonly from?: ImportedFrom | undefined;
  readonly config?: string | undefined;
  readonly identity: string;
  readonly output: 'yaml' | 'json';
}

const help = `
--to vap: Boundaries and the configuration's tenancy become ValidatingAdmissionPolicies with their bindings, a backstop for when the webhook is not
asked. None refuses what Bulkhead would allow; each says in an annotation what it covers and what only Bulkhead decides.

--from kyverno: ClusterPolicies that generate default-deny NetworkPolicies become Boundaries: what the generated policies allow is floor.allow and
limit. --from capsule: Tenants with networkPolicies become one Boundary each.

What was not converted, or not all of it, is told on standard error with the reason. Exit code: 0 something was converted, 1 nothing was, 2 a
file could not be read.

Examples:
  bulkhead convert --to vap policies --config examples/bulkhead.yaml | kubectl apply -f -
  bulkhead convert --from kyverno cluster-policies/ > boundaries.yaml
  kubectl get tenants -o yaml | bulkhead convert --from capsule - > boundaries.yaml`;

export const define: Definition = (command, { terminal, run }) =>
  command
    .argument('<paths...>', 'what is converted: files, directories, or - for standard input')
    .addOption(new Option('--to <form>', 'what rules are converted to').choices(['vap'] as const))
    .addOption(
      new Option('--from <tool>', 'whose policies are converted to Boundaries').choices([
        'kyverno',
        'capsule',
      ] as const),
    )
    .option('--config <file>', 'the configuration of tenants and cluster, for --to')
    .option(
      '--identity <user>',
      'the user as whom Bulkhead itself writes floors, for --to; its namespace is exempt',
      'system:serviceaccount:bulkhead-system:bulkhead',
    )
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['yaml', 'json'] as const)
        .default('yaml' as const),
    )
    .addHelpText('after', help)
    .action((paths, options) => run(() => convert(paths, options, terminal)));

async function convert(paths: readonly string[], options: Options, terminal: Terminal): Promise<ExitCode> {
  if ((options.to === undefined) === (options.from === undefined)) {
    terminal.stderr.write('error: say what to convert: either --to vap or --from kyverno|capsule\n');
    return 2;
  }
  const converted =
    options.from === undefined
      ? await toPolicies(paths, options, terminal)
      : await toBoundaries(paths, options.from, terminal);
  if (!converted.ok) {
    tellIssues(converted.issues, terminal);
    return 2;
  }
  const { documents, left } = converted.value;
  if (options.output === 'json' && documents.length > 0) {
    terminal.stdout.write(
      `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: documents }, null, 2)}\n`,
    );
  } else {
    for (const document of documents)
      terminal.stdout.write(`---\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`);
  }
  for (const { what, reason, converted: done } of left)
    tellWarning(`${done === true ? 'converted, but' : 'not converted:'} ${what}: ${reason}`, terminal);
  return documents.length > 0 ? 0 : 1;
}

async function toPolicies(
  paths: readonly string[],
  { config, identity }: Options,
  terminal: Terminal,
): Promise<Read<Converted>> {
  const ownNamespace = /^system:serviceaccount:([^:]+):/.exec(identity)?.[1];
  const loaded = await load({ config, rules: paths, inventory: [], ownNamespace }, terminal);
  if (!loaded.ok) return loaded;
  const { rules } = loaded.value;
  return sound(toAdmissionPolicies(rules, rules.guards.identity ?? identity));
}

async function toBoundaries(
  paths: readonly string[],
  tool: ImportedFrom,
  terminal: Terminal,
): Promise<Read<Converted>> {
  const documents = await readPaths(paths, terminal);
  return documents.ok ? sound(importers[tool](documents.value)) : documents;
}

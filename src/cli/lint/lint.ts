/** `bulkhead lint`: what is wrong with rules, and what of them cannot be meant, before a server loads them. */
import { Option } from '@commander-js/extra-typings';
import type { Finding } from '../../authoring/finding.ts';
import { errorOf, inOrder } from '../../authoring/finding.ts';
import { lint } from '../../authoring/lint/lint.ts';
import type { Linted } from '../../authoring/lint/lint.ts';
import { readEach } from '../../config/paths.ts';
import type { Definition } from '../command.ts';
import { tellIssues } from '../diagnostics.ts';
import { configurationFor } from './configuration.ts';
import { explainCode } from './explanation.ts';
import { lintForms, printLinted } from './output.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

const more = `
Rules are Boundaries, GuardrailPolicies, ValidatingAdmissionPolicies and MutatingAdmissionPolicies with their bindings; Suites, Configurations,
Namespaces and other manifests among them are checked for what they are. Limits are compared by meaning, for every namespace that a Boundary can
select. What is protected and what the cluster is comes from --config, else from a Configuration among the paths, else from the .bulkhead.yaml in
the folder of the rules or above, which says what they presume.

Each finding has a code; docs/lint.md and --explain CODE say what it means and what to do.
Exit code: 0 no errors, 1 errors (with --fail-on-warn: or warnings), 2 nothing to lint or a wrong configuration.

Examples:
  bulkhead lint policies --config bulkhead.yaml
  bulkhead lint policies -o sarif > lint.sarif
  bulkhead lint --explain boundary.shadowed`;

interface Options {
  readonly config?: string | undefined;
  readonly output: (typeof lintForms)[number];
  readonly cost?: true;
  readonly failOnWarn?: true;
  readonly explain?: string | undefined;
}

export const define: Definition = (command, { terminal, run }) =>
  command
    .argument('[rules...]', 'rules: files, directories, or - for standard input')
    .option('--config <file>', 'the configuration of tenants and cluster')
    .addOption(
      new Option('-o, --output <form>', 'form of the result').choices(lintForms).default('text' as const),
    )
    .option('--cost', 'tell what each expression may cost')
    .option('--fail-on-warn', 'exit 1 when there is a warning')
    .option('--explain <code>', 'say what a finding means and what to do about it')
    .addHelpText('after', more)
    .action((paths, options) => run(() => answer(paths, options, terminal)));

async function answer(paths: readonly string[], options: Options, terminal: Terminal): Promise<ExitCode> {
  if (options.explain !== undefined) return explainCode(options.explain, terminal);
  if (paths.length === 0) {
    terminal.stderr.write('error: nothing to lint; name a file, a directory or -\n');
    return 2;
  }
  const { documents, issues } = await readEach(paths, terminal);
  const unreadable = issues.filter(({ code }) => code.startsWith('path.'));
  if (unreadable.length > 0) {
    tellIssues(unreadable, terminal);
    return 2;
  }
  const loaded = await configurationFor(paths, documents, options.config, terminal);
  if (!loaded.ok) {
    tellIssues(loaded.issues, terminal);
    return 2;
  }
  const linted = lint(documents, loaded.value.config);
  const findings = inOrder([...issues.map(errorOf), ...linted.findings]);
  const all: Linted = { ...linted, findings };
  const files = new Set([...documents.map(({ file }) => file), ...issues.map(({ file }) => file ?? '')]).size;
  printLinted(all, { form: options.output, cost: options.cost === true, files }, terminal);
  return exitCodeOf(findings, options.failOnWarn === true);
}

function exitCodeOf(findings: readonly Finding[], warningsFail: boolean): ExitCode {
  const failing = findings.some(
    ({ severity }) => severity === 'error' || (warningsFail && severity === 'warning'),
  );
  return failing ? 1 : 0;
}

/** `bulkhead scan`: what is stored already and would be refused, in files or in a live cluster. */
import { Option } from '@commander-js/extra-typings';
import { compareWith } from '../../admission/scanning/baseline.ts';
import type { Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import { readPaths } from '../../config/paths.ts';
import { namedCluster } from '../clusterAccess.ts';
import type { NamedCluster } from '../clusterAccess.ts';
import { several } from '../command.ts';
import type { Definition } from '../command.ts';
import { tellIssues, tellWarning } from '../diagnostics.ts';
import { load } from '../loading.ts';
import { loadBaseline, saveBaseline } from './baseline.ts';
import { scanDocuments } from './files.ts';
import { aboutScan } from './guidance.ts';
import { scanCluster } from './live.ts';
import { outputForms, printReport } from './output.ts';
import type { OutputForm } from './output.ts';
import { progressOn } from './progress.ts';
import { inOrder, newOf } from './result.ts';
import type { Scanned, ScanReport } from './result.ts';
import { tellLeftOut } from '../storedRules.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

interface Options extends NamedCluster {
  readonly rules?: readonly string[];
  readonly inventory?: readonly string[];
  readonly config?: string | undefined;
  readonly toApply?: true;
  readonly baseline?: string | undefined;
  readonly writeBaseline?: true;
  readonly failOnWarn?: true;
  readonly output: OutputForm;
}

export const define: Definition = (command, { terminal, run }) =>
  command
    .argument('[paths...]', 'stored objects: files, directories, or - for standard input; none: the cluster')
    .option(
      '--rules <path>',
      'Boundaries and guardrails: a file or directory; may be repeated (default for a cluster: those in it)',
      several,
    )
    .option('--inventory <path>', 'further Namespaces that exist, for paths; may be repeated', several)
    .option('--config <file>', 'the configuration of tenants and cluster')
    .option('--kubeconfig <file>', 'the cluster to scan; in a pod its own cluster is found')
    .option('--context <name>', 'the context of the kubeconfig (default: its current one)')
    .option('--to-apply', 'paths are yet to be applied: what Bulkhead itself adds counts as there')
    .option('--baseline <file>', 'findings that are known: only others fail')
    .option('--write-baseline', 'write what was found to the file of --baseline, and exit 0')
    .option('--fail-on-warn', 'exit 1 when there is a new warning')
    .addOption(
      new Option('-o, --output <form>', 'form of the result').choices(outputForms).default('text' as const),
    )
    .addHelpText('after', aboutScan)
    .action((paths, options) => run(() => scan(paths, options, terminal)));

async function scan(paths: readonly string[], options: Options, terminal: Terminal): Promise<ExitCode> {
  const wrong = misuse(paths, options);
  if (wrong !== undefined) {
    terminal.stderr.write(`error: ${wrong}\n`);
    return 2;
  }
  const baseline = await loadBaseline(options.baseline, options.writeBaseline === true);
  const looked = await look(paths, options, terminal);
  if (!baseline.ok || !looked.ok) {
    tellIssues(
      [baseline, looked].flatMap((part) => (part.ok ? [] : part.issues)),
      terminal,
    );
    return 2;
  }
  const scanned = looked.value;
  if (scanned.boundaries.length === 0 && scanned.issues.length === 0)
    tellWarning('no Boundary is among the rules, so no network limit is in force', terminal);
  const findings = inOrder(scanned.findings);
  const known = options.writeBaseline === true ? undefined : baseline.value;
  const report: ScanReport = { ...scanned, findings, comparison: compareWith(known, findings) };
  if (!(scanned.unreachable && findings.length === 0)) printReport(report, options.output, terminal);
  tellLeftOut(scanned.leftOut ?? [], terminal);
  tellIssues(scanned.issues, terminal);
  if (scanned.unreachable) return 3;
  if (scanned.issues.length > 0) return 2;
  if (options.baseline !== undefined && options.writeBaseline === true)
    return saveBaseline(options.baseline, findings, terminal);
  const fails = options.failOnWarn === true ? (['Deny', 'Warn'] as const) : (['Deny'] as const);
  return fails.some((action) => newOf(report, action).length > 0) ? 1 : 0;
}

function misuse(paths: readonly string[], options: Options): string | undefined {
  const cluster = options.kubeconfig !== undefined || options.context !== undefined;
  if (paths.length > 0 && cluster)
    return 'paths and a cluster cannot be scanned at once; leave out the paths or --kubeconfig and --context';
  if (paths.length > 0 && options.rules === undefined)
    return 'say by which rules the paths are judged: --rules PATH';
  if (paths.length === 0 && options.toApply === true)
    return '--to-apply is about paths; what is stored in a cluster is applied already';
  if (options.writeBaseline === true && options.baseline === undefined)
    return '--write-baseline needs the file to write; name it with --baseline FILE';
  return undefined;
}

const nothing = unsound([
  {
    code: 'scan.nothing',
    message:
      'nothing to scan; name files or directories, or a cluster with --kubeconfig FILE or --context NAME',
  },
]);

async function look(paths: readonly string[], options: Options, terminal: Terminal): Promise<Read<Scanned>> {
  if (paths.length > 0) terminal.spareMemory();
  const documents = paths.length === 0 ? undefined : await readPaths(paths, terminal);
  const access = documents === undefined ? ((await namedCluster(options, terminal)) ?? nothing) : undefined;
  const ownNamespace = access?.ok === true ? access.value.ownNamespace : undefined;
  const loaded = await load(
    { ...options, rules: options.rules ?? [], inventory: options.inventory ?? [], ownNamespace },
    terminal,
  );
  const parts = [loaded, documents, access].filter((part) => part !== undefined);
  const issues = parts.flatMap((part) => (part.ok ? [] : part.issues));
  if (!loaded.ok || issues.length > 0) return unsound(issues);
  const { config, rules, inventory } = loaded.value;
  if (documents?.ok === true)
    return sound(scanDocuments(documents.value, rules, inventory, options.toApply === true, Date.now()));
  if (access?.ok !== true) throw new Error('neither files nor a cluster to scan');
  const judging = { config, rules: options.rules === undefined ? undefined : rules };
  return sound(await scanCluster(access.value, judging, progressOn(terminal)));
}

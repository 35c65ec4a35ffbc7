/** `bulkhead review`: decides manifests and AdmissionReviews exactly as the server would. */
import { Option } from '@commander-js/extra-typings';
import type { Issue } from '../../config/issue.ts';
import { readPaths } from '../../config/paths.ts';
import { reviewAll } from '../../admission/manifests/reviewAll.ts';
import { several } from '../command.ts';
import type { Definition } from '../command.ts';
import { tellIssues, tellWarning, tellWarnings } from '../diagnostics.ts';
import { load } from '../loading.ts';
import { printAnnotations } from './annotations.ts';
import { printJson, printNarrowed, printText } from './output.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

interface Options {
  readonly rules: readonly string[];
  readonly inventory?: readonly string[];
  readonly review?: readonly string[];
  readonly config?: string | undefined;
  readonly user: string;
  readonly group?: readonly string[];
  readonly output: 'text' | 'json' | 'github' | 'sarif';
  readonly narrow?: true;
  readonly failOnWarn?: true;
}

export const define: Definition = (command, { terminal, run }) =>
  command
    .argument('[paths...]', 'manifests or AdmissionReviews: files, directories, or - for standard input')
    .requiredOption('--rules <path>', 'Boundaries: a file or directory; may be repeated', several)
    .option('--inventory <path>', 'Namespaces that exist: a file or directory; may be repeated', several)
    .option('--review <file>', 'an AdmissionReview; the same as naming it among the paths', several)
    .option('--config <file>', 'the configuration of tenants and cluster')
    .option('--user <name>', 'who applies the manifests', 'someone')
    .option('--group <name>', 'a group of that user; may be repeated', several)
    .option('--narrow', 'print the part of each NetworkPolicy that is allowed, as YAML')
    .option('--fail-on-warn', 'exit 1 when there is a warning')
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'json', 'github', 'sarif'] as const)
        .default('text'),
    )
    .addHelpText(
      'after',
      `
--rules may hold GuardrailExceptions as kubectl get -o yaml prints them: those that are approved in their status, and in force now, count.

Exit code: 0 everything is allowed, 1 something is denied, 2 something could not be read. With --narrow a policy of which a part can be
printed does not count as denied.

A manifest is judged as a kubectl apply of it would be: as an UPDATE where the inventory holds a Namespace of that name, else as a CREATE.
Namespaces among the manifests come first, so that what is inside them can be judged.

Examples:
  bulkhead review examples/bad --rules policies/tenant-isolation --inventory examples/inventory
  bulkhead review manifests --rules policies/tenant-isolation --inventory namespaces.yaml --user jane --group team-payments
  bulkhead review policy.yaml --rules policies/tenant-isolation --inventory namespaces.yaml --narrow | kubectl apply -f -`,
    )
    .action((paths, options) => run(() => review(paths, options, terminal)));

async function review(paths: readonly string[], options: Options, terminal: Terminal): Promise<ExitCode> {
  const all = [...paths, ...(options.review ?? [])];
  if (all.length === 0) {
    terminal.stderr.write('error: nothing to review; name a file, a directory or -\n');
    return 2;
  }
  const documents = await readPaths(all, terminal);
  const loaded = await load({ ...options, inventory: options.inventory ?? [] }, terminal);
  const mistakes: Issue[] = [documents, loaded].flatMap((part) => (part.ok ? [] : part.issues));
  if (!documents.ok || !loaded.ok) {
    tellIssues(mistakes, terminal);
    return 2;
  }
  const user = { username: options.user, groups: ['system:authenticated', ...(options.group ?? [])] };
  const { reviews, issues } = reviewAll(
    documents.value,
    loaded.value.rules,
    loaded.value.inventory,
    user,
    Date.now(),
  );
  const { rules } = loaded.value;
  tellWarnings(rules.guardrails.warnings(), terminal);
  if (rules.ruleSet.boundaries.length === 0)
    tellWarning('no Boundary is among the rules, so no network limit is in force', terminal);
  if (options.output === 'json') printJson(reviews, terminal);
  else if (options.output !== 'text') printAnnotations(reviews, options.output, terminal);
  else if (options.narrow === true) printNarrowed(reviews, terminal);
  else printText(reviews, rules, terminal);
  tellIssues(issues, terminal);
  if (issues.length > 0) return 2;
  if (options.narrow === true && options.output === 'text')
    return reviews.every(({ narrowed, outcome }) => narrowed !== undefined || outcome.decision.allowed)
      ? 0
      : 1;
  if (reviews.some(({ outcome }) => !outcome.decision.allowed)) return 1;
  return options.failOnWarn === true && reviews.some(({ warnings }) => warnings.length > 0) ? 1 : 0;
}

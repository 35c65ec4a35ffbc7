/** The table of commands. A new command is a file beside this one and a row here. */
import type { CommandRow } from './command.ts';

export const commands: readonly CommandRow[] = [
  {
    name: 'review',
    group: 'Decide',
    summary: 'decides manifests and AdmissionReviews exactly as the server would',
    load: () => import('./review/review.ts'),
  },
  {
    name: 'scan',
    group: 'Decide',
    summary: 'tells what is stored already and would be refused, in files or a live cluster',
    load: () => import('./scan/scan.ts'),
  },
  {
    name: 'reach',
    group: 'Understand policies',
    summary: 'tells who can talk to whom, per protocol and port',
    load: () => import('./reach/reach.ts'),
  },
  {
    name: 'explain',
    group: 'Understand policies',
    summary: 'tells why a connection is allowed or not, rule by rule',
    load: () => import('./explain/explain.ts'),
  },
  {
    name: 'matrix',
    group: 'Understand policies',
    summary: 'tells which tenant can talk to which',
    load: () => import('./matrix/matrix.ts'),
  },
  {
    name: 'diff',
    group: 'Understand policies',
    summary: 'tells which connections a change of manifests opens and closes',
    load: () => import('./diff.ts'),
  },
  {
    name: 'compare',
    group: 'Understand policies',
    summary: 'tells how two sets of policies relate, by what they allow',
    load: () => import('./compare.ts'),
  },
  {
    name: 'create',
    group: 'Write rules',
    summary: 'prints a commented Boundary, policy, exception or suite to begin with',
    load: () => import('./create.ts'),
  },
  {
    name: 'lint',
    group: 'Write rules',
    summary: 'tells what is wrong with rules, and what of them cannot be meant',
    load: () => import('./lint/lint.ts'),
  },
  {
    name: 'test',
    group: 'Write rules',
    summary: 'runs suites: requests that rules must decide as expected',
    load: () => import('./test/test.ts'),
  },
  {
    name: 'convert',
    group: 'Write rules',
    summary: 'converts Boundaries to admission policies, and foreign policies to Boundaries',
    load: () => import('./convert.ts'),
  },
  {
    name: 'cel',
    group: 'Write rules',
    summary: 'evaluates one CEL expression, and tells the value of each part',
    load: () => import('./cel.ts'),
  },
  {
    name: 'audit',
    group: 'Review decisions',
    summary: 'reads, follows, exports and verifies the decision log',
    load: () => import('./audit/audit.ts'),
  },
  {
    name: 'replay',
    group: 'Review decisions',
    summary: 'tells which past decisions draft rules would change',
    load: () => import('./replay/replay.ts'),
  },
  {
    name: 'serve',
    group: 'Run the webhook',
    summary: 'runs the webhook, with a cluster or with an inventory of its own',
    load: () => import('./serve/serve.ts'),
  },
  {
    name: 'webhooks',
    group: 'Run the webhook',
    summary: 'prints the two webhook configurations for the rules in force',
    load: () => import('./webhooks/webhooks.ts'),
  },
  {
    name: 'adopt',
    group: 'Run the webhook',
    summary: 'attests the labels of existing namespaces, or forgets a name',
    load: () => import('./adopt.ts'),
  },
  {
    name: 'exception',
    group: 'Run the webhook',
    summary: 'approves, refuses and lists exceptions, under your own identity',
    load: () => import('./exception.ts'),
  },
  {
    name: 'certs',
    group: 'Run the webhook',
    summary: 'makes or renews an authority and a serving certificate',
    load: () => import('./certs/certs.ts'),
  },
  {
    name: 'config',
    group: 'Run the webhook',
    summary: 'prints the configuration in force, and where each value came from',
    load: () => import('./config.ts'),
  },
  {
    name: 'schema',
    group: 'Write rules',
    summary: 'prints the JSON Schema of a kind, for editors',
    load: () => import('./schema.ts'),
  },
  {
    name: 'completion',
    group: 'About',
    summary: 'prints a script that completes commands and options in your shell',
    load: () => import('./completion/completion.ts'),
  },
  {
    name: 'version',
    group: 'About',
    summary: 'prints the version of Bulkhead and of what it runs on',
    load: () => import('./version.ts'),
  },
];

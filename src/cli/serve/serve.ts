/** `bulkhead serve`: the webhook, with a cluster or with an inventory of its own. */
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { startApp } from '../../app.ts';
import type { App, AppOptions } from '../../app.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Read } from '../../config/issue.ts';
import type { FlagSetting } from '../../config/load.ts';
import { several } from '../command.ts';
import type { Definition } from '../command.ts';
import type { Readiness } from '../../server/review.ts';
import { fixedRules, inventorySource } from '../../server/sources.ts';
import type { NamespaceSource, RuleSource } from '../../server/sources.ts';
import { copyTrouble } from './copyTrouble.ts';
import { servedCertificates } from './servedCertificates.ts';
import { servedEvents } from './servedEvents.ts';
import { tellIssues, tellWarning, tellWarnings } from '../diagnostics.ts';
import { load } from '../loading.ts';
import type { Loaded } from '../loading.ts';
import type { ServedControllers } from './servedControllers.ts';
import { followRules } from './servedRules.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

interface Options {
  readonly rules: readonly string[];
  readonly inventory: readonly string[];
  readonly config?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly state: string;
  readonly address?: string | undefined;
  readonly port?: string | undefined;
}

const none: readonly string[] = [];

export const define: Definition = (command, { terminal, run }) =>
  command
    .option(
      '--rules <path>',
      'Boundaries: a file or directory; may be repeated (default: without a cluster, those that ship)',
      several,
      none,
    )
    .option(
      '--inventory <path>',
      'Namespaces, where there is no cluster; may be repeated (default: the example)',
      several,
      none,
    )
    .option(
      '--kubeconfig <file>',
      'the cluster whose Namespaces and rules are followed; in a pod its own cluster is found',
    )
    .option('--config <file>', 'the configuration of tenants, cluster and server')
    .option('--state <directory>', 'where the own CA and serving pair are kept; created', '.bulkhead')
    .option('--address <ip>', 'the address to listen on')
    .option('--port <number>', 'the port to listen on; 0: a free one, printed')
    .addHelpText(
      'after',
      `
Without a cluster it decides by the inventory alone: a namespace that is not listed does not exist. With one, the Boundaries and GuardrailPolicies
that are stored in it are in force beside those of --rules, within two seconds of every change.

Examples:
  bulkhead serve
  bulkhead serve --kubeconfig ~/.kube/config --rules policies/tenant-isolation --port 8443`,
    )
    .action((options) => run(() => serve(options, terminal)));

async function serve(options: Options, terminal: Terminal): Promise<ExitCode> {
  const inCluster = terminal.environment['KUBERNETES_SERVICE_HOST'] !== undefined;
  const withCluster = options.kubeconfig !== undefined || inCluster;
  const cluster = withCluster ? await connect(options.kubeconfig, terminal) : undefined;
  if (cluster?.ok === false) {
    tellIssues(cluster.issues, terminal);
    return 2;
  }
  const loaded = await load(
    {
      config: options.config,
      rules:
        withCluster || options.rules.length > 0
          ? options.rules
          : shipped('policies/tenant-isolation', terminal),
      inventory:
        withCluster || options.inventory.length > 0
          ? options.inventory
          : shipped('examples/inventory', terminal),
      flags: flagsOf(options),
      ownNamespace: cluster?.value.ownNamespace,
    },
    terminal,
  );
  if (!loaded.ok) {
    await cluster?.value.stop();
    tellIssues(loaded.issues, terminal);
    return 2;
  }
  if (cluster === undefined) {
    const facts = loaded.value.inventory.map((namespace) => namespace.facts);
    return runApp(loaded.value, fixedRules(loaded.value.rules), inventorySource(facts), options, terminal);
  }
  if (!(await cluster.value.becameReady(firstListMillis))) {
    const { reasons } = cluster.value.readiness();
    await cluster.value.stop();
    terminal.stderr.write(`error: cluster ${cluster.value.server} cannot be used: ${reasons.join('; ')}\n`);
    return 3;
  }
  terminal.stderr.write(
    `following ${cluster.value.namespaces().count} namespaces of ${cluster.value.server}\n`,
  );
  const kept = servedCertificates(cluster.value, loaded.value.config);
  if (!kept.ok) {
    await cluster.value.stop();
    tellIssues(kept.issues, terminal);
    return 2;
  }
  const certificates = kept.value;
  const exceptions = cluster.value.followExceptions();
  let controllers: ServedControllers | undefined;
  const { enabled } = loaded.value.config.controllers;
  const rules = followRules(cluster.value, loaded.value, terminal, {
    changed: () => controllers?.changed({ of: 'rules' }),
    // Where this process writes nothing it reports nothing, so nobody could wait for anybody.
    isRolledOut: (reported) => !enabled || controllers?.isRolledOut(reported) === true,
  });
  if (!(await rules.becameKnown(firstListMillis, cluster.value.stopped))) {
    const { reasons } = rules.readiness();
    await cluster.value.stop();
    terminal.stderr.write(`error: the rules of the cluster cannot be read: ${reasons.join('; ')}\n`);
    return 3;
  }
  const suspended = { ...loaded.value.rules, suspended: true } as const;
  const source = { current: () => rules.current() ?? suspended, readiness: () => rules.readiness() };
  if (enabled) {
    const { serveControllers } = await import('./servedControllers.ts');
    controllers = serveControllers(
      cluster.value,
      rules,
      exceptions,
      () => source.current(),
      loaded.value.config,
      options.state,
      terminal,
      certificates,
    );
  }
  const stop = async (): Promise<void> => {
    await controllers?.stop();
    await cluster.value.stop();
  };
  return runApp(
    loaded.value,
    source,
    {
      ...cluster.value,
      exceptions,
      stop,
      readiness: () => both(cluster.value.readiness(), certificates?.readiness()),
      ...servedEvents(cluster.value, loaded.value.config, terminal),
    },
    options,
    terminal,
    {
      ...(controllers === undefined ? {} : { network: controllers.network, serves: controllers.serves }),
      certificates,
    },
  );
}

const both = (one: Readiness, other: Readiness = { ready: true, reasons: [] }): Readiness => ({
  ready: one.ready && other.ready,
  reasons: [...one.reasons, ...other.reasons],
});

/**
 * What the first lists leave behind would let the heap grow to twice of what is ever held (measured with 10,000 namespaces and 100,000 pods: 380 instead of 220
 * MiB). Later the heap grows as it likes, for a request costs a third less then.
 */
function spareAtFirst(terminal: Terminal): void {
  terminal.spareMemory();
  setTimeout(terminal.usualMemory, sparingMillis).unref();
}

const sparingMillis = 60_000;

/** How long the first list of namespaces may take before the process gives up; whoever runs it starts it again. */
const firstListMillis = 30_000;

/** The cluster's client library is loaded here and only here: without a cluster nobody pays for it. */
async function connect(kubeconfig: string | undefined, terminal: Terminal): Promise<Read<Cluster>> {
  spareAtFirst(terminal);
  const { connectCluster } = await import('../../cluster/cluster.ts');
  const copies = copyTrouble((message) => tellWarning(message, terminal));
  return connectCluster({
    kubeconfig,
    environment: terminal.environment,
    observe: (event) => {
      copies(event);
      if (event.about === 'server')
        tellWarning(`the API server did not answer: ${event.failure.message}`, terminal);
    },
  });
}

async function runApp(
  { config }: Loaded,
  rules: RuleSource,
  namespaces: NamespaceSource,
  options: Options,
  terminal: Terminal,
  { network, ...kept }: Pick<AppOptions, 'network' | 'serves' | 'certificates'> = {},
): Promise<ExitCode> {
  let started: Awaited<ReturnType<typeof startApp>>;
  try {
    started = await startApp({
      config,
      rules,
      namespaces,
      stateDirectory: options.state,
      version: terminal.version(),
      workerEntry: terminal.workerEntry,
      ...kept,
      ...(network === undefined ? {} : { network }),
    });
  } catch (error) {
    await namespaces.stop();
    // Whatever else is thrown is a bug, and told as one.
    if (!(error instanceof Error && 'syscall' in error && error.syscall === 'listen')) throw error;
    terminal.stderr.write(`error: cannot listen: ${error.message}; choose another --address or --port\n`);
    return 2;
  }
  if (!started.ok) {
    await namespaces.stop();
    tellIssues(started.issues, terminal);
    return 2;
  }
  const app = started.value;
  const stopped = new Promise<void>((resolve, reject) => {
    let asked = false;
    terminal.takeSignals(() => {
      if (asked) return;
      asked = true;
      terminal.stderr.write('stopping: answering what is under way\n');
      app.stop().then(resolve, reject);
    });
  });
  greet(app, rules.current(), namespaces.view().floorOf !== undefined, terminal);
  tellWarnings(rules.current().guardrails.warnings(), terminal);
  await stopped;
  return 0;
}

function greet(
  app: App,
  { ruleSet: { boundaries }, suspended }: Loaded['rules'],
  writesFloors: boolean,
  terminal: Terminal,
): void {
  const names = boundaries.map(({ name }) => name);
  terminal.stderr.write(
    `listening on ${app.server.address}\n` +
      (app.desk === undefined ? '' : `decisions are read at ${app.desk}/api/v1/decisions\n`) +
      `boundaries in force: ${names.length === 0 ? 'none' : names.join(', ')}\n` +
      (app.authorityFile === undefined
        ? ''
        : `try: curl --cacert ${app.authorityFile} https://localhost:${app.server.port}/readyz\n`) +
      `try: npx bulkhead review examples/bad --rules policies/tenant-isolation --inventory examples/inventory\n`,
  );
  if (suspended === true) return;
  if (names.length === 0) tellWarning('no Boundary is loaded, so no network limit is in force', terminal);
  const gated = boundaries.filter(({ pods }) => pods.beforeFloor === 'Gate' || pods.beforeFloor === 'Deny');
  if (gated.length > 0 && !writesFloors) {
    tellWarning(
      'beforeFloor is not enforced: nobody writes floors here (that needs a cluster and controllers.enabled), so pods may start before bulkhead-floor exists; apply a default-deny policy yourself',
      terminal,
    );
  }
}

/** What ships with the product, named relative to where we stand so that messages can be followed; nothing where it is not there. */
function shipped(path: string, terminal: Terminal): readonly string[] {
  const whole = terminal.shipped(path);
  return existsSync(whole) ? [relative('.', whole) || '.'] : [];
}

const flagsOf = ({ address, port }: Options): FlagSetting[] => [
  ...(address === undefined ? [] : [{ flag: '--address', pointer: '/server/address', text: address }]),
  ...(port === undefined ? [] : [{ flag: '--port', pointer: '/server/port', text: port }]),
];

// The product against a control plane: `bulkhead serve` from source, registered with `bulkhead webhooks | kubectl apply -f -`.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Type from 'typebox';
import Value from 'typebox/value';
import type { Cluster } from '../cluster/cluster.ts';
import { lastLines, startDaemon } from '../cluster/daemon.ts';
import type { Daemon } from '../cluster/daemon.ts';
import { eventually } from '../cluster/eventually.ts';
import type { IdentityName } from '../cluster/identities.ts';
import type { Printed } from '../cluster/kubectl.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export interface ProductOptions {
  /** A file or directory of Boundaries. */
  readonly rules: string;
  /** A Configuration whose `tenancy.assign` is not empty, so that both configurations can be seen to be in force. */
  readonly config: string;
  /** Where it listens; a free port unless said. */
  readonly port?: number;
  /** The name of the pod that it would run in; one of its own unless said. */
  readonly pod?: string;
}

const decision = Type.Object({
  decisionId: Type.String(),
  door: Type.String(),
  operation: Type.String(),
  resource: Type.Object({
    kind: Type.String(),
    subresource: Type.String(),
    namespace: Type.String(),
    name: Type.Optional(Type.String()),
  }),
  user: Type.Object({ username: Type.String() }),
  decision: Type.String(),
});

/** A line of the decision log, as far as it is read here. */
export type DecisionLine = Type.Static<typeof decision>;

export interface Got {
  readonly status: number;
  readonly text: string;
}

export interface Product {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Everything that it has printed so far, diagnostics too. */
  printed(): Promise<string>;
  /** What `/metrics` answers. */
  metrics(): Promise<string>;
  /** What `/readyz` answers. */
  readyz(): Promise<Got>;
  /** Every decision that is written down so far, oldest first. */
  decisions(): Promise<readonly DecisionLine[]>;
  /** The decisions that are `wanted`; waits for the first of them, since they are written in batches. */
  decided(wanted: (line: DecisionLine) => boolean): Promise<readonly DecisionLine[]>;
  /** Applies both webhook configurations as the administrator, and waits until the API server calls by each of them. */
  register(): Promise<void>;
  /** Removes both, and waits until the API server calls no more. */
  unregister(): Promise<void>;
  /** Ends the process as Kubernetes does, with SIGTERM; the registration stays. */
  stop(): Promise<void>;
  /** Ends it without a word, as a node that goes down does. */
  kill(): Promise<void>;
  /** Stops it and removes its files; the registration stays. */
  discard(): Promise<void>;
  /** All of it: unregisters, stops, removes the files. Safe to call after `stop`. */
  remove(): Promise<void>;
}

/** Starts `bulkhead serve` under the identity that the chart would give it; resolves once it listens. */
export async function startProduct(cluster: Cluster, options: ProductOptions): Promise<Product> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-product-'));
  const common = ['--rules', options.rules, '--config', options.config, '--state', folder];
  const kubeconfig = cluster.kubeconfig('bulkhead');
  const place = ['--kubeconfig', kubeconfig, '--address', '127.0.0.1', '--port', String(options.port ?? 0)];
  // Nothing of this process's environment: our own BULKHEAD_… variables are settings of the tests, which the product refuses.
  const pod = options.pod === undefined ? [] : [`POD_NAME=${options.pod}`];
  const environment = [`PATH=${process.env['PATH'] ?? ''}`, 'BULKHEAD_DECISION_LOG_STDOUT=true', ...pod];
  const clean = ['-i', ...environment, process.execPath, main];
  const daemon = startDaemon('bulkhead', 'env', [...clean, 'serve', ...common, ...place], folder);
  const printed = (): Promise<string> => readFile(daemon.log, 'utf8');
  const discard = async (): Promise<void> => {
    await daemon.stop();
    await rm(folder, { recursive: true, force: true });
  };
  let port: string;
  try {
    port = await listening(daemon, printed);
  } catch (error) {
    await discard();
    throw error;
  }
  const url = `https://127.0.0.1:${port}`;
  const decisions = async (): Promise<readonly DecisionLine[]> => {
    const lines = (await printed()).split('\n').filter((line) => line.includes('"kind":"Decision"'));
    return lines.map((line) => Value.Parse(decision, JSON.parse(line)));
  };
  const unregister = async (): Promise<void> => {
    for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration'])
      await cluster.kubectl('admin', ['delete', kind, 'bulkhead', '--ignore-not-found']);
    await eventually('the API server calls no more', async () => (await probe(cluster)).status === 201);
  };
  return {
    url,
    printed,
    metrics: async () => (await got(`${url}/metrics`)).text,
    readyz: () => got(`${url}/readyz`),
    decisions,
    decided: (wanted) =>
      eventually('the decision is written down', async () => {
        const found = (await decisions()).filter(wanted);
        return found.length > 0 && found;
      }),
    register: async () => {
      const { stdout } = await run('env', [...clean, 'webhooks', '--url', url, ...common], { cwd: folder });
      const applied = await cluster.kubectl('admin', ['apply', '-f', '-'], { stdin: stdout });
      if (applied.code !== 0) throw new Error(`the registration was refused: ${applied.stderr}`);
      await eventually('the API server calls by both configurations', async () => {
        // An outsider is refused by the one, a member of a team is given its label by the other.
        const labelled = await probe(cluster, 'dev-payments');
        return (await isObeyed(cluster)) && labelled.text.includes('"bulkhead.dev/tenant":"payments"');
      });
    },
    unregister,
    stop: () => daemon.stop(),
    kill: async () => {
      for (const pid of await childrenOf(daemon.pid)) {
        if ((await commandOf(pid)).includes(main)) process.kill(pid, 'SIGKILL');
      }
      await eventually('it is gone', () => Promise.resolve(daemon.ended()));
    },
    discard,
    remove: async () => {
      await unregister();
      await discard();
    },
  };
}

/** Runs one command as one of the cluster's identities; resolves whatever it answers. */
export const bulkhead = (cluster: Cluster, who: IdentityName, ...args: readonly string[]): Promise<Printed> =>
  new Promise((resolve) => {
    const whole = [main, ...args, '--kubeconfig', cluster.kubeconfig(who)];
    execFile(process.execPath, whole, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

/** The answer to GET, whoever has signed the certificate. */
function got(url: string): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { rejectUnauthorized: false, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.once('error', reject);
  });
}

/** The processes that a process started. */
async function childrenOf(pid: number | undefined): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid ?? 0}/task/${pid ?? 0}/children`, 'utf8');
  return text.trim().split(' ').map(Number);
}

const commandOf = (pid: number): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');

/** The port that it says it listens on; a process that ended says why. */
function listening(daemon: Daemon, printed: () => Promise<string>): Promise<string> {
  return eventually('bulkhead listens', async () => {
    const found = /listening on https:\/\/\S+:(\d+)/.exec(await printed())?.[1];
    return found ?? (daemon.ended() ? 'nowhere' : undefined);
  }).then(async (port) => {
    if (port === 'nowhere') throw new Error(`bulkhead ended:\n${await lastLines(daemon)}`);
    return port;
  });
}

/** Whether the API server calls and is answered: an outsider may not create a namespace that is nobody's. */
export async function isObeyed(cluster: Cluster): Promise<boolean> {
  const { status, text } = await probe(cluster);
  return status === 403 && text.includes('denied the request');
}

/** A namespace that is nobody's: by RBAC the outsider may create it, by Bulkhead not. Nothing is stored. */
function probe(cluster: Cluster, who: IdentityName = 'outsider'): ReturnType<Cluster['call']> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'is-bulkhead-in-force' } };
  return cluster.call(who, '/api/v1/namespaces?dryRun=All', { method: 'POST', body });
}

// `bulkhead serve` from source, as a process of its own, with rules and namespaces from files; and ways to ask it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { RequestOptions } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

export interface ServedOptions {
  /** Where files and the state are put. */
  readonly directory: string;
  /** Names the state directory below it. */
  readonly state: string;
  readonly rules: string;
  readonly inventory: string;
  /** Sections of the configuration, as YAML. */
  readonly configuration: string;
  /** Arguments of Node itself. */
  readonly node?: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Served {
  readonly port: number;
  /** The state directory. */
  readonly state: string;
  /** Everything that it has printed. */
  readonly printed: () => string;
  /** A GET, or a POST of a body. */
  readonly ask: (path: string, body?: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  /** A request that is not answered before its body is complete. */
  readonly open: (options: RequestOptions) => ReturnType<typeof request>;
  /** The value of each series that `/metrics` tells. */
  readonly metrics: () => Promise<ReadonlyMap<string, number>>;
  /** Ends it with SIGTERM, and waits. */
  readonly stop: () => Promise<void>;
}

/** Resolves when it listens. */
export async function serve(options: ServedOptions): Promise<Served> {
  const at = (name: string): string => join(options.directory, name);
  const files = {
    rules: at('rules.yaml'),
    inventory: at('namespaces.yaml'),
    config: at(`${options.state}.yaml`),
  };
  writeFileSync(files.rules, options.rules);
  writeFileSync(files.inventory, options.inventory);
  const kind = 'apiVersion: config.bulkhead.dev/v1alpha1\nkind: Configuration\n';
  writeFileSync(files.config, `${kind}${options.configuration}`);
  const state = at(options.state);
  const argv = Object.entries(files).flatMap(([name, file]) => [`--${name}`, file]);
  const place = ['--state', state, '--address', '127.0.0.1', '--port', '0'];
  const child = spawn(process.execPath, [...(options.node ?? []), main, 'serve', ...argv, ...place], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Settings of whoever runs the tests are none of the server's.
    env: {},
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
  const port = await new Promise<number>((resolve, reject) => {
    child.stderr.on('data', () => {
      const found = /listening on https:\/\/127\.0\.0\.1:(\d+)/.exec(printed)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.once('close', () => reject(new Error(printed)));
  });
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const open = (more: RequestOptions): ReturnType<typeof request> =>
    request({ host: '127.0.0.1', port, agent, ...more });
  const ask: Served['ask'] = (path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const sent = open({
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'content-type': 'application/json', ...length, ...headers },
      });
      sent.once('response', (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.once('error', reject);
      sent.end(body);
    });
  return {
    port,
    state,
    printed: () => printed,
    ask,
    open,
    metrics: async () => {
      // An answer is counted when it has been sent, a turn of the event loop later: the first look may come before that, the second cannot.
      await ask('/metrics');
      return seriesIn((await ask('/metrics')).text);
    },
    stop: async () => {
      agent.destroy();
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}

const seriesIn = (exposition: string): ReadonlyMap<string, number> =>
  new Map(
    exposition
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))] as const;
      }),
  );

export interface Reviewed {
  readonly uid: string;
  readonly resource: 'pods' | 'networkpolicies' | 'secrets' | 'configmaps';
  readonly namespace?: string;
  readonly operation?: string;
  readonly dryRun?: boolean;
  readonly userInfo?: object;
  readonly options?: object;
}

/** The AdmissionReview of an object that is created, in `payments` unless said. */
export function reviewOf(object: Readonly<Record<string, unknown>>, given: Reviewed): string {
  const { uid, resource, namespace = 'payments', operation = 'CREATE', dryRun = false } = given;
  const { userInfo, options } = given;
  const group = resource === 'networkpolicies' ? 'networking.k8s.io' : '';
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: { group, version: 'v1', kind: String(object['kind']) },
      resource: { group, version: 'v1', resource },
      name: 'x',
      namespace,
      operation,
      userInfo: userInfo ?? { username: 'dev', groups: [] },
      object,
      oldObject: null,
      dryRun,
      ...(options === undefined ? {} : { options }),
    },
  });
}

/** A Chromium without a window, driven over its debugging protocol: pages are opened, measured and used with the keyboard. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isObject } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';

/** The browser's program: BULKHEAD_BROWSER, or the first that PATH knows. */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = environment['BULKHEAD_BROWSER'];
  if (named !== undefined && named !== '') return named;
  const folders = (environment['PATH'] ?? '').split(delimiter);
  return ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** What a page looks like to whom. */
export interface Look {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

export interface Browser {
  /** Shows a file; what the page itself complained of comes back. */
  readonly open: (file: string, look: Look) => Promise<readonly string[]>;
  /** The value of an expression in the page. */
  readonly ask: (expression: string) => Promise<unknown>;
  readonly press: (key: 'Tab' | 'Enter') => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startBrowser(program: string): Promise<Browser> {
  const home = mkdtempSync(join(tmpdir(), 'bulkhead-browser-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--disable-background-networking',
    '--remote-debugging-port=0',
    `--user-data-dir=${home}`,
    'about:blank',
  ];
  const child = spawn(program, flags, { stdio: 'ignore' });
  const port = await portOf(home, child);
  const targets: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const target: unknown = Array.isArray(targets)
    ? targets.find((one: unknown) => isObject(one) && one['type'] === 'page')
    : undefined;
  if (!isObject(target)) throw new Error('the browser shows no page');
  const wire = await connect(String(target['webSocketDebuggerUrl']));
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await wire.call(`${domain}.enable`);
  return {
    open: (file, look) => open(wire, file, look),
    ask: async (expression) => {
      const { result, exceptionDetails } = await wire.call('Runtime.evaluate', {
        expression,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined || !isObject(result))
        throw new Error(`the page cannot answer ${expression}`);
      return result['value'];
    },
    press: async (key) => {
      const code = { Tab: 9, Enter: 13 }[key];
      const text = key === 'Enter' ? { text: '\r' } : {};
      for (const type of ['keyDown', 'keyUp'])
        await wire.call('Input.dispatchKeyEvent', {
          type,
          key,
          code: key,
          windowsVirtualKeyCode: code,
          ...text,
        });
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await wire.call('Browser.close').catch(() => child.kill());
      await ended;
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function open(wire: Wire, file: string, { width, scheme }: Look): Promise<readonly string[]> {
  await wire.call('Emulation.setDeviceMetricsOverride', {
    width,
    height: 800,
    deviceScaleFactor: 1,
    mobile: false,
  });
  await wire.call('Emulation.setEmulatedMedia', {
    features: [{ name: 'prefers-color-scheme', value: scheme }],
  });
  const loaded = wire.once('Page.loadEventFired');
  const from = wire.heard.length;
  await wire.call('Page.navigate', { url: `file://${file}` });
  await loaded;
  return wire.heard.slice(from);
}

/** Chromium writes the port that it chose into its folder. */
async function portOf(home: string, child: ChildProcess): Promise<string> {
  const file = join(home, 'DevToolsActivePort');
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the browser ended with code ${child.exitCode}`);
    const [port] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    if (port !== undefined && port !== '') return port;
    await pause(100);
  }
  throw new Error('the browser did not start within 30 s');
}

interface Wire {
  readonly call: (method: string, params?: JsonObject) => Promise<JsonObject>;
  readonly once: (method: string) => Promise<void>;
  /** Errors in the console, refused styles and scripts, and every request but that of the page. */
  readonly heard: string[];
}

async function connect(url: string): Promise<Wire> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => {
      resolve();
    });
    socket.addEventListener('error', () => {
      reject(new Error('the browser does not answer'));
    });
  });
  const pending = new Map<number, (answer: JsonObject) => void>();
  const waiting = new Map<string, () => void>();
  const heard: string[] = [];
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const message: unknown = JSON.parse(String(data));
    if (!isObject(message)) return;
    const { id, method, params } = message;
    if (typeof id === 'number') pending.get(id)?.(message);
    if (typeof method !== 'string') return;
    waiting.get(method)?.();
    const complaint = complaintOf(method, params);
    if (complaint !== undefined) heard.push(complaint);
  });
  return {
    heard,
    call: (method, params = {}) => {
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        pending.set(id, ({ result, error }) => {
          if (isObject(result)) resolve(result);
          else reject(new Error(`${method}: ${JSON.stringify(error)}`));
        });
        socket.send(JSON.stringify({ id, method, params }));
      });
    },
    once: (method) =>
      new Promise((resolve) => {
        waiting.set(method, resolve);
      }),
  };
}

function complaintOf(method: string, params: unknown): string | undefined {
  if (!isObject(params)) return undefined;
  if (method === 'Log.entryAdded') return JSON.stringify(params['entry']);
  if (method === 'Runtime.exceptionThrown' || method === 'Runtime.consoleAPICalled')
    return JSON.stringify(params);
  const isExtra = method === 'Network.requestWillBeSent' && params['type'] !== 'Document';
  return isExtra ? JSON.stringify(params['request']) : undefined;
}

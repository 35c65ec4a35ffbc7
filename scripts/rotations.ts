/** `npm run rotations -- 3`: so many full-length changes of the authority on a real control plane, under kubectl all the while; 1 where a call failed. */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findAssets } from '../test/cluster/assets.ts';
import type { Cluster } from '../test/cluster/cluster.ts';
import { startControlPlane } from '../test/cluster/controlPlane.ts';
import { eventually } from '../test/cluster/eventually.ts';
import { installKinds } from '../test/e2e/ownKinds.ts';
import { rotating } from '../test/e2e/rotating.ts';
import type { Rotating } from '../test/e2e/rotating.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const count = Number(positionals[0] ?? 1);
/** Nobody has to wait for a moment longer than the product waits by default. */
const settle = '100s';
/** A leader that lost its Lease, on a machine that stood still, counts anew; that may take a phase as long again. */
const mostMillis = 420_000;
const home = 'rotations-home';
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

/** Tells when this process got no time: whoever sees a failed call can tell a rotation's fault from a machine's. */
function watchStandstills(): () => void {
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const seconds = Math.round((now - last) / 1_000);
    if (seconds > 4) tell(`  ${new Date().toISOString()} nothing ran here for ${seconds} s`);
    last = now;
  }, 1_000);
  return () => clearInterval(timer);
}

interface Traffic {
  readonly calls: () => number;
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

/** What a call was answered that is not as it has to be; undefined for one that is. */
type Call = () => Promise<string | undefined>;

/** What a tenant may do and what nobody may, by kubectl and by plain calls: every answer has to be Bulkhead's. */
function callsOf(cluster: Cluster): readonly Call[] {
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'rotations' },
    spec: { podSelector: {} },
  };
  const nobodys = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'nobodys' } };
  const wrong = (isRight: boolean, what: string): string | undefined => (isRight ? undefined : what);
  return [
    async () => {
      const args = ['--namespace', home, 'create', '--dry-run=server', '-f', '-'];
      const { code, stderr } = await cluster.kubectl('dev-payments', args, { stdin: policy });
      return wrong(code === 0, stderr);
    },
    async () => {
      const args = ['create', '--dry-run=server', '-f', '-'];
      const { code, stderr } = await cluster.kubectl('outsider', args, { stdin: nobodys });
      return wrong(code === 1 && stderr.includes('denied the request'), stderr);
    },
    async () => {
      const path = `/apis/networking.k8s.io/v1/namespaces/${home}/networkpolicies?dryRun=All`;
      const { status, text } = await cluster.call('dev-payments', path, { method: 'POST', body: policy });
      return wrong(status === 201, text);
    },
  ];
}

/** Calls again and again, until it is stopped. */
function traffic(each: readonly Call[]): Traffic {
  let calls = 0;
  let stopped = false;
  const failures: string[] = [];
  const running = each.map(async (call, index) => {
    while (!stopped) {
      const wrong = await call().catch(String);
      calls += 1;
      if (wrong !== undefined) failures.push(`${new Date().toISOString()} ${wrong.slice(0, 300)}`);
      await delay(index === 2 ? 50 : 250);
    }
  });
  return {
    calls: () => calls,
    failures,
    stop: async () => {
      stopped = true;
      await Promise.all(running);
    },
  };
}

/** One rotation; resolves with the seconds that it took. */
async function rotate(certificates: Rotating): Promise<number> {
  const before = (await certificates.held())?.authority.fingerprint;
  const begun = performance.now();
  const seconds = (): number => Math.round((performance.now() - begun) / 1_000);
  await certificates.request();
  for (const phase of ['Adding', 'Switching', 'Stable'] as const) {
    await eventually(phase, async () => (await certificates.held())?.phase === phase, mostMillis);
    tell(`  ${String(seconds()).padStart(4)} s  ${phase}`);
  }
  if ((await certificates.held())?.authority.fingerprint === before)
    throw new Error('the authority is the old one');
  return seconds();
}

async function main(): Promise<number> {
  const assets = await findAssets(process.env);
  if (!assets.found) {
    tell(`there is no control plane (${assets.reason}); build one with: npm run cluster:build`);
    return 1;
  }
  const stopWatching = watchStandstills();
  const controlPlane = await startControlPlane(assets.binaries);
  const { cluster } = controlPlane;
  try {
    await installKinds(cluster);
    await cluster.createNamespace(home, { 'home.example/tenant': 'a' });
    const certificates = await rotating(cluster, 'bulkhead-rotations', settle);
    try {
      await Promise.all(['walls-a', 'walls-b'].map((pod) => certificates.start(pod)));
      await eventually('both are registered', async () => !(await certificates.bundles()).includes(''));
      const each = callsOf(cluster);
      // The API server follows its webhook configurations by a watch of its own.
      await eventually('the API server asks', async () =>
        (await Promise.all(each.map((call) => call()))).every((wrong) => wrong === undefined),
      );
      const calls = traffic(each);
      for (let turn = 1; turn <= count; turn += 1) {
        tell(`rotation ${turn} of ${count}`);
        tell(`  took ${await rotate(certificates)} s`);
      }
      // API servers may still hold what was true a while ago.
      await delay(95_000);
      await calls.stop();
      for (const failure of calls.failures.slice(0, 10)) tell(`  failed: ${failure}`);
      tell(`${count} rotations, ${calls.calls()} calls, ${calls.failures.length} failed`);
      return calls.failures.length === 0 ? 0 : 1;
    } finally {
      await certificates.remove();
    }
  } finally {
    stopWatching();
    await controlPlane.stop();
  }
}

process.exitCode = await main();

/**
 * What `bulkhead matrix` costs on an export of 10,000 namespaces, 100,000 pods and 20,000 policies: `npm run bundle`, then
 * `node bench/matrixCommand.ts [full]`. The command runs as a person types it; `full` gives pods all that those of a running cluster have
 * (a file of hundreds of megabytes, indented as kubectl does).
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { spareMemory } from '../src/cli/frugality.ts';
import { readManifests } from '../src/cli/manifests.ts';
import type { Terminal } from '../src/cli/terminal.ts';
import { tenantReach } from '../src/netpol/reach/tenants.ts';

const label = 'bulkhead.dev/tenant';
const [namespaces, podsEach, namespacesPerTenant] = [10_000, 10, 5];
const full = process.argv.includes('full');

/** A small linear congruential generator: the same cluster on every run. */
function* randomNumbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}
const numbers = randomNumbers(42);
const below = (limit: number): number => Math.floor((numbers.next().value as number) * limit);

/** What a pod of a running cluster has besides, about as much as of a small Deployment. */
const weight = {
  annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(600) },
  env: Array.from({ length: 12 }, (_, at) => ({ name: `SETTING_${at}`, value: `value-${at}` })),
  volumes: Array.from({ length: 4 }, (_, at) => ({ name: `volume-${at}`, configMap: { name: `map-${at}` } })),
  conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
    type,
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: '2026-11-21T10:00:00Z',
  })),
};

function podIn(namespace: string, at: number): object {
  const labels = {
    app: `app${below(12)}`,
    release: `r${below(4)}`,
    'pod-template-hash': `h${below(1e6)}`,
  };
  const ports = [{ name: 'http', containerPort: 8080 + below(4), protocol: 'TCP' }];
  const container = { name: 'main', image: 'registry.example/app:1.0', ports };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${at}`, namespace, labels, ...(full ? { annotations: weight.annotations } : {}) },
    spec: full
      ? {
          containers: [
            { ...container, env: weight.env },
            { name: 'sidecar', image: 'registry.example/s:1', env: weight.env },
          ],
          volumes: weight.volumes,
        }
      : { containers: [container] },
    ...(full
      ? { status: { phase: 'Running', conditions: weight.conditions, containerStatuses: weight.env } }
      : {}),
  };
}

const sameTenant = (tenant: string): object => ({ namespaceSelector: { matchLabels: { [label]: tenant } } });
const shared = (name: string, app: string): object => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  podSelector: { matchLabels: { app } },
});

/** Two policies: deny by default with monitoring and DNS, then the own tenant, and for some the addresses outside. */
const specsFor = (tenant: string): readonly object[] => [
  {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [shared('ns1', 'app1')], ports: [{ protocol: 'TCP', port: 'http' }] }],
    egress: [{ to: [shared('ns0', 'app2')], ports: [{ protocol: 'UDP', port: 53 }] }],
  },
  {
    podSelector: below(2) === 0 ? {} : { matchLabels: { app: `app${below(12)}` } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [sameTenant(tenant)], ports: [{ port: 8080 }] }],
    egress: [
      { to: [sameTenant(tenant)] },
      ...(below(10) < 3 ? [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] }] : []),
    ],
  },
];

function* objects(): Generator<object> {
  for (let at = 0; at < namespaces; at += 1) {
    const [name, tenant] = [`ns${at}`, `t${Math.floor(at / namespacesPerTenant)}`];
    yield { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { [label]: tenant } } };
    for (let pod = 0; pod < podsEach; pod += 1) yield podIn(name, pod);
    for (const [policy, spec] of specsFor(tenant).entries()) {
      const metadata = { name: `np${policy}`, namespace: name };
      yield { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec };
    }
  }
}

function* exported(): Generator<string> {
  yield '{\n    "apiVersion": "v1",\n    "items": [\n';
  let separator = '';
  for (const one of objects()) {
    yield separator + (full ? JSON.stringify(one, null, 4) : JSON.stringify(one));
    separator = ',\n';
  }
  yield '\n    ],\n    "kind": "List"\n}\n';
}

const directory = mkdtempSync(join(tmpdir(), 'bulkhead-matrix-'));
try {
  const file = join(directory, 'export.json');
  await pipeline(exported(), createWriteStream(file));
  console.log(`export of ${(statSync(file).size / 1e6).toFixed(0)} MB`);

  const bundle = fileURLToPath(new URL('../dist/bulkhead.js', import.meta.url));
  const witness = join(directory, 'witness.mjs');
  writeFileSync(
    witness,
    "process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();" +
      ' process.stderr.write(`${maxRSS} ${(userCPUTime + systemCPUTime) / 1e6}`); });',
  );
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    const run = spawnSync(
      process.execPath,
      ['--import', pathToFileURL(witness).href, bundle, 'matrix', file, '-o', 'json'],
      { encoding: 'utf8', maxBuffer: 1e9 },
    );
    if (run.status !== 0) throw new Error(run.stderr);
    const [kilobytes = NaN, processor = NaN] = run.stderr.trim().split(' ').map(Number);
    const seconds = (performance.now() - began) / 1000;
    console.log(
      `whole command: ${seconds.toFixed(1)} s (processor ${processor.toFixed(1)} s), at most ${(kilobytes / 1024).toFixed(0)} MB, ${run.stdout.length} bytes of JSON`,
    );
  }

  const terminal: Pick<Terminal, 'stdin' | 'spareMemory'> = {
    stdin: () => process.stdin,
    spareMemory,
  };
  for (let round = 0; round < 3; round += 1) {
    const begin = performance.now();
    const read = await readManifests([file], 'default', terminal);
    if (!read.ok) throw new Error(JSON.stringify(read.issues[0]));
    const between = performance.now();
    const before = process.cpuUsage();
    const { cells } = tenantReach(read.value, { label, ports: false, pause: spareMemory() });
    const { user, system } = process.cpuUsage(before);
    console.log(
      `reading ${((between - begin) / 1000).toFixed(2)} s, then the matrix ${((performance.now() - between) / 1000).toFixed(2)} s (processor ${((user + system) / 1e6).toFixed(2)} s), ${cells.length} cells`,
    );
  }
} finally {
  rmSync(directory, { recursive: true });
}

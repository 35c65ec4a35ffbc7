// A canary secret through the running server and through every command that reads what it wrote: it must be in no output.
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { object, tenants, namespaces } from '../admission/scenario.ts';
import { eventually } from '../cluster/eventually.ts';
import { capture } from './capturedTerminal.ts';
import { reviewOf, serve } from './served/served.ts';
import type { Reviewed } from './served/served.ts';

const canary = 'cAnArY51d0';
const encoded = Buffer.from(canary).toString('base64');
const directory = mkdtempSync(join(tmpdir(), 'bulkhead-canary-'));
const at = (...names: readonly string[]): string => join(directory, ...names);

const metadata = (name: string): string => `
metadata:
  name: ${name}
  namespace: payments
  labels: {x: ${canary}}
  annotations: {note: ${canary}, kubectl.kubernetes.io/last-applied-configuration: '{"x":"${canary}"}'}
  managedFields: [{manager: ${canary}}]`;

const pod = (spec: string): string => `
apiVersion: v1
kind: Pod${metadata('web')}
spec:
  ${spec}
  containers:
  - name: app
    image: registry.example/app
    command: [sh, -c, 'echo ${canary}']
    env: [{name: PASSWORD, value: ${canary}}]
    securityContext: {capabilities: {add: [NET_RAW]}}
`;
const policy = (cidr: string): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy${metadata('out')}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: ${cidr}}}], ports: [{port: 443}]}]}
`;
const secret = `
apiVersion: v1
kind: Secret${metadata('token')}
stringData: {token: ${canary}}
data: {token: ${encoded}}
`;

/** Rules that look at the canary: they refuse because of it, and one of them fails on it. */
const guardrails = `
apiVersion: bulkhead.dev/v1alpha1
kind: GuardrailPolicy
metadata: {name: reads}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: [pods, secrets]}]
  validations:
  - {expression: "!has(object.data) || object.data.token == 'x'", message: refused}
  - {expression: "!has(object.spec) || int(object.spec.containers[0].env[0].value) > 0", message: no number}
  - {expression: "!has(object.spec) || duration(object.metadata.annotations.note) > duration('1s')", message: no time}
  - {expression: "request.userInfo.extra['token'][0] == 'x'", message: extra}
`;

const review = (manifest: string, resource: Reviewed['resource']): string =>
  reviewOf(object(manifest), {
    uid: `u-${Math.abs(manifest.length)}`,
    resource,
    userInfo: { username: 'dev', groups: [`g-${canary}`], uid: canary, extra: { token: [canary] } },
    options: { kind: 'CreateOptions', fieldManager: canary },
  });

const bodies: readonly string[] = [
  review(pod('hostNetwork: true'), 'pods'),
  review(pod(''), 'pods'),
  review(policy('10.20.1.0/24'), 'networkpolicies'),
  review(policy('0.0.0.0/0'), 'networkpolicies'),
  review(secret, 'secrets'),
  `{"kind":"AdmissionReview","request":{"uid":"u","object":"${canary}`,
  `{"x":"${canary}"}`,
];

/** Every file below a directory, as bytes. */
const filesBelow = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(folder, { recursive: true }).flatMap((name) => {
    const file = join(folder, String(name));
    return statSync(file).isFile() ? [[file, readFileSync(file, 'latin1')] as const] : [];
  });

function expectClean(outputs: ReadonlyMap<string, string>): void {
  const found = [...outputs].filter(([, text]) => text.includes(canary) || text.includes(encoded));
  expect(
    found.map(([name, text]) => [name, text.slice(Math.max(0, text.indexOf(canary) - 200)).slice(0, 300)]),
  ).toEqual([]);
}

const token = 't'.repeat(40);

/** Sends everything to a server of its own; what came out of it, by name, when it has ended. */
async function outputsOf(state: string, store: string): Promise<Map<string, string>> {
  writeFileSync(at('tokens'), `jane * ${token}\n`);
  const server = await serve({
    directory,
    state,
    rules: `${tenants}---${guardrails}`,
    inventory: namespaces,
    configuration: [
      'log: {level: trace}',
      `decisionLog: {stdout: true, verifyEvery: 1s, ${store}}`,
      `desk: {port: 0, tokenFile: '${at('tokens')}'}`,
      '',
    ].join('\n'),
    node: ['--import', join(import.meta.dirname, 'served', 'spans.ts')],
  });
  const outputs = new Map<string, string>();
  const headers = { traceparent: canary, 'user-agent': canary };
  for (const [index, body] of bodies.entries())
    for (const door of ['validate', 'mutate'])
      outputs.set(`answer ${door} ${index}`, (await server.ask(`/${door}`, body, headers)).text);
  outputs.set('metrics', (await server.ask('/metrics', undefined, headers)).text);
  outputs.set('readyz', (await server.ask('/readyz?verbose', undefined, headers)).text);
  const desk = /decisions are read at (http:\/\/127\.0\.0\.1:\d+)/.exec(server.printed())?.[1];
  // Records are written in batches: all are safe when none waits.
  await eventually(
    'all is safe',
    async () => (await server.metrics()).get('bulkhead_decision_log_queued') === 0,
  );
  if (store.includes('sqlite'))
    for (const path of ['decisions?limit=100', 'groups?by=rule', 'groups?by=user']) {
      const answer = await fetch(`${desk}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
      outputs.set(`desk ${path}`, await answer.text());
    }
  await server.stop();
  outputs.set('log', server.printed());
  for (const [name, text] of filesBelow(at(state))) outputs.set(name, text);
  return outputs;
}

afterAll(() => {
  rmSync(directory, { recursive: true });
});

test('the canary is what is looked for', () => {
  expect(() => {
    expectClean(new Map([['x', `a${canary}b`]]));
  }).toThrow();
});

test('nothing of it in answers, log, metrics, store, exports and replay', async () => {
  const outputs = await outputsOf('state', 'store: sqlite');
  expect(outputs.get('answer validate 0')).toContain('"allowed":false');
  expect(outputs.get('answer validate 0')).toContain('pods.hostNetwork');
  // The guardrail looked at the canary, and failed on it.
  expect(outputs.get('answer validate 1')).toContain('could not be evaluated');
  expect(outputs.get('answer validate 4')).toContain('reads');
  expect(outputs.get('log')?.match(/"kind":"Decision"/g)?.length).toBeGreaterThanOrEqual(5);
  expect(outputs.get('log')?.match(/^span \{"name":"bulkhead.review"/gm)?.length).toBe(2 * bodies.length);
  expect(outputs.get('desk decisions?limit=100')).toContain('pods.hostNetwork');
  const log = ['--log', at('state', 'decisions', 'decisions.sqlite')];
  for (const format of ['csv', 'jsonl', 'bundle']) {
    const key = format === 'bundle' ? ['--signing-key', at('state', 'decisions', 'checkpoints.key')] : [];
    const { stdout, stderr, code } = await capture(['audit', 'export', '--format', format, ...log, ...key]);
    expect(code).toBe(0);
    outputs.set(`export ${format}`, stdout + stderr);
  }
  expect(outputs.get('export jsonl')).toContain('"kind":"Decision"');
  const { stdout: queried, stderr } = await capture(['audit', 'query', ...log, '-o', 'json']);
  outputs.set('query', queried + stderr);
  const id = /"decisionId": ?"([^"]+)"/.exec(queried)?.[1] ?? '';
  for (const argv of [
    ['show', id, '--neighbours', 'user'],
    ['query', '--group-by', 'rule'],
    ['verify', '--key', at('state', 'decisions', 'checkpoints.key.pub')],
  ]) {
    const told = await capture(['audit', ...argv, ...log]);
    expect([argv[0], told.code]).toEqual([argv[0], 0]);
    outputs.set(`audit ${String(argv[0])}`, told.stdout + told.stderr);
  }
  const argv = ['replay', at('state', 'decisions', 'decisions.sqlite'), '--rules', at('rules.yaml')];
  for (const form of ['text', 'json']) {
    const { stdout, stderr: told } = await capture([
      ...argv,
      '--inventory',
      at('namespaces.yaml'),
      '-o',
      form,
    ]);
    expect(stdout).toMatch(/replayed/);
    outputs.set(`replay ${form}`, stdout + told);
  }
  expectClean(outputs);
}, 60_000);

test('nothing of it in a spool, where the store is away', async () => {
  const outputs = await outputsOf('away', "store: postgres, url: 'postgres://nobody@127.0.0.1:1/none'");
  expect([...outputs.keys()].some((name) => name.includes('spool'))).toBe(true);
  expectClean(outputs);
}, 60_000);

test('nothing of it in a scan of files, in any form', async () => {
  const manifests = `${namespaces}---${pod('hostNetwork: true')}---${policy('0.0.0.0/0')}---${secret}`;
  writeFileSync(at('stored.yaml'), manifests);
  const outputs = new Map<string, string>();
  for (const form of ['text', 'json', 'sarif', 'github', 'policyreport', 'openreports']) {
    const { stdout, stderr } = await capture([
      'scan',
      at('stored.yaml'),
      '--rules',
      at('rules.yaml'),
      '-o',
      form,
    ]);
    expect(stdout).toContain('boundary.egress');
    outputs.set(`scan ${form}`, stdout + stderr);
  }
  expectClean(outputs);
});

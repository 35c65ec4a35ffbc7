/** One configuration out of file, environment and flags; every mistake at once, and where each value came from. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { documentCodes } from '../../src/config/codes.ts';
import { readDocuments } from '../../src/config/documents.ts';
import { describe as print } from '../../src/config/issue.ts';
import {
  assemble,
  type ConfigInputs,
  type FlagSetting,
  loadConfig,
  type LoadedConfig,
} from '../../src/config/load.ts';
import { configuration } from '../../src/config/schema.ts';
import { holders } from '../../src/config/sections/tenancy.ts';
import { settingsOf } from '../../src/config/settings.ts';

const head = 'apiVersion: config.bulkhead.dev/v1alpha1\nkind: Configuration\n';

interface Given {
  readonly file?: string;
  readonly environment?: Record<string, string>;
  readonly flags?: readonly FlagSetting[];
}

function attempt({ file, environment = {}, flags = [] }: Given): ReturnType<typeof assemble> {
  if (file === undefined) return assemble(undefined, { environment, flags });
  const read = readDocuments(head + file, 'bulkhead.yaml');
  return read.ok ? assemble(read.value[0], { environment, flags }) : read;
}
function loaded(given: Given): LoadedConfig {
  const read = attempt(given);
  if (!read.ok) throw new Error(read.issues.map(print).join('\n'));
  return read.value;
}
function mistakes(given: Given): string[] {
  const read = attempt(given);
  return read.ok ? [] : read.issues.map(print);
}

describe('a configuration', () => {
  test('of nothing at all has the documented defaults', () => {
    const { config } = loaded({});
    expect(config.tenancy.administrators).toEqual({
      users: [],
      groups: ['system:masters', 'kubeadm:cluster-admins'],
      serviceAccounts: [],
    });
    expect(config.tenancy.exemptNamespaces).toEqual(['kube-system', 'kube-public', 'kube-node-lease']);
    expect(config.tenancy.unassigned).toBe('Deny');
    expect(config.cluster).toEqual({
      nat64: ['64:ff9b::/96'],
      sixToFour: false,
      podCIDRs: [],
      serviceCIDRs: [],
      nodeCIDRs: [],
      apiServer: { cidrs: [], ports: ['TCP/6443'] },
      dns: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
          podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
          ports: ['UDP/53', 'TCP/53'],
        },
      ],
    });
    expect(config.server).toEqual({
      address: '0.0.0.0',
      port: 8443,
      maxBodyBytes: 41943040,
      maxInFlightBytes: 268435456,
      clientCA: null,
      clientNames: [],
    });
    expect(config.decisionLog).toMatchObject({ store: 'sqlite', retention: '90d', required: false });
    expect(config.desk).toEqual({ address: '127.0.0.1', port: 8444, tokenFile: null, oidc: null });
  });

  test('is frozen', () => {
    const { config } = loaded({ file: 'tenancy: {assign: [{groups: [a], labels: {a: b}}]}' });
    expect(Object.isFrozen(config) && Object.isFrozen(config.tenancy.assign[0]?.labels)).toBe(true);
  });

  test('takes the example of the documentation as it stands', () => {
    const file = [
      'tenancy:',
      '  tenantLabel: bulkhead.dev/tenant',
      '  protectedPodLabels: [exposure]',
      '  podLabelGrants: [{namespaceSelector: {matchLabels: {bulkhead.dev/tenant: payments}}, labels: {exposure: [public]}}]',
      '  administrators: {users: [], groups: ["system:masters", "kubeadm:cluster-admins"], serviceAccounts: []}',
      '  roles: {}',
      '  assign: [{groups: [team-payments], labels: {bulkhead.dev/tenant: payments}}]',
      'cluster:',
      '  dns: [{ipBlock: 169.254.20.10/32, ports: [UDP/53]}]',
      'guards: {annotations: [ipam.antrea.io/*], extendedResources: [], annotationWriters: {serviceAccounts: [kube-system/calico-node]}}',
      'webhook: {service: bulkhead-system/bulkhead}',
      'identity: null',
    ].join('\n');
    expect(mistakes({ file })).toEqual([]);
  });

  test('gives a role to the administrators unless somebody else is named', () => {
    const { tenancy } = loaded({ file: 'tenancy: {roles: {floorWriters: {groups: [net]}}}' }).config;
    expect(holders(tenancy, 'floorWriters').groups).toEqual(['net']);
    expect(holders(tenancy, 'labelWriters')).toBe(tenancy.administrators);
  });
});

describe('overriding', () => {
  const given: Given = {
    file: 'server:\n  port: 1000\n  address: 127.0.0.1\n  clientCA: a.pem\nlog: {level: debug}\n',
    environment: {
      BULKHEAD_SERVER_PORT: '2000',
      BULKHEAD_SERVER_CLIENT_NAMES: 'a, b',
      BULKHEAD_SERVER_CLIENT_CA: 'b.pem',
    },
    flags: [{ flag: '--port', pointer: '/server/port', text: '3000' }],
  };

  test('flags win over the environment, the environment over the file, the file over defaults', () => {
    const { config } = loaded(given);
    expect(config.server).toMatchObject({
      port: 3000,
      address: '127.0.0.1',
      clientCA: 'b.pem',
      clientNames: ['a', 'b'],
    });
    expect(config.log.level).toBe('debug');
    expect(config.desk.port).toBe(8444);
  });

  test('is remembered for every value', () => {
    const { originOf } = loaded(given);
    expect([
      originOf('/server/port'),
      originOf('/server/clientNames/1'),
      originOf('/server/address'),
      originOf('/desk/port'),
    ]).toEqual([
      { kind: 'flag', name: '--port' },
      { kind: 'environment', name: 'BULKHEAD_SERVER_CLIENT_NAMES' },
      { kind: 'file', file: 'bulkhead.yaml', line: 5, column: 3 },
      { kind: 'default' },
    ]);
  });

  test.each<[string, string, string, unknown]>([
    ['a number', 'BULKHEAD_SERVER_MAX_BODY_BYTES', '2000000', { server: { maxBodyBytes: 2_000_000 } }],
    ['a boolean', 'BULKHEAD_CLUSTER_SIX_TO_FOUR', 'true', { cluster: { sixToFour: true } }],
    [
      'a list',
      'BULKHEAD_CLUSTER_POD_CIDRS',
      '10.0.0.0/8,fd00::/8',
      { cluster: { podCIDRs: ['10.0.0.0/8', 'fd00::/8'] } },
    ],
    ['an empty list', 'BULKHEAD_TENANCY_EXEMPT_NAMESPACES', '', { tenancy: { exemptNamespaces: [] } }],
    [
      'a nested list',
      'BULKHEAD_CLUSTER_API_SERVER_PORTS',
      'TCP/443',
      { cluster: { apiServer: { ports: ['TCP/443'] } } },
    ],
    ['none', 'BULKHEAD_IDENTITY', '', { identity: null }],
    ['a name', 'BULKHEAD_IDENTITY', 'yes', { identity: 'yes' }],
    ['a choice', 'BULKHEAD_TENANCY_UNASSIGNED', 'Warn', { tenancy: { unassigned: 'Warn' } }],
    [
      'a list of objects',
      'BULKHEAD_TENANCY_ASSIGN',
      '[{groups: [a], labels: {b: c}}]',
      { tenancy: { assign: [{ groups: ['a'], labels: { b: 'c' } }] } },
    ],
    [
      'an object',
      'BULKHEAD_DESK_OIDC',
      '{"issuer": "https://a", "clientId": "b"}',
      { desk: { oidc: { issuer: 'https://a', groupsClaim: 'groups' } } },
    ],
    [
      'a role',
      'BULKHEAD_TENANCY_ROLES_LABEL_WRITERS_USERS',
      'a',
      { tenancy: { roles: { labelWriters: { users: ['a'], groups: [] } } } },
    ],
  ])('takes %s from %s=%s', (_, name, text, expected) => {
    expect(loaded({ environment: { [name]: text } }).config).toMatchObject(expected as object);
  });

  test('no two settings share a variable', () => {
    const variables = settingsOf(configuration).map(({ variable }) => variable);
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables.length).toBeGreaterThan(50);
  });

  test('is not done by the service links that Kubernetes puts into pods', () => {
    const environment = {
      BULKHEAD_PORT: 'tcp://10.0.0.1:443',
      BULKHEAD_PORT_443_TCP: 'tcp://10.0.0.1:443',
      BULKHEAD_PORT_443_TCP_ADDR: '10.0.0.1',
      BULKHEAD_SERVICE_HOST: '10.0.0.1',
      BULKHEAD_SERVICE_PORT: '443',
      BULKHEAD_SERVICE_PORT_HTTPS: '443',
      BULKHEAD_SERVER_PORT: 'tcp://10.0.0.2:8443',
      BULKHEAD_DESK_SERVICE_HOST: '10.0.0.3',
      BULKHEAD_DESK_PORT: 'tcp://10.0.0.3:8444',
    };
    expect(loaded({ environment }).config).toEqual(loaded({}).config);
  });

  test('leaves variables alone that are no setting of ours', () => {
    expect(
      mistakes({ environment: { BULKHEAD_CONFIG: 'x', BULKHEAD_REQUIRE_CLUSTER: '1', PATH: '/bin' } }),
    ).toEqual([]);
  });

  test('of what is no setting is a bug', () => {
    expect(() => attempt({ flags: [{ flag: '--x', pointer: '/server/x', text: '' }] })).toThrow(
      '--x overrides /server/x',
    );
  });
});

describe('mistakes', () => {
  test('of every source are told at once, each with its place', () => {
    expect(
      mistakes({
        file: 'server:\n  port: 70000\n  adress: 1.2.3.4\ndecisionLog: {store: postgres}\n',
        environment: { BULKHEAD_LOG_LEVEL: 'loud', BULKHEAD_SERVER_PROT: '1', BULKHEAD_TENANCY_ASSIGN: '[' },
        flags: [{ flag: '--address', pointer: '/server/address', text: 'everywhere' }],
      }),
    ).toEqual([
      'environment variable BULKHEAD_SERVER_PROT is no setting; did you mean BULKHEAD_SERVER_PORT? (config.setting)',
      expect.stringMatching(/^BULKHEAD_TENANCY_ASSIGN:1:2: not valid YAML: .* \(config\.setting\)$/),
      '/log/level: expected "trace", "debug", "info", "warn", "error", "fatal" or "silent", found "loud" (given by BULKHEAD_LOG_LEVEL) (schema.choice)',
      '/server/address: expected an IP address such as 0.0.0.0 or ::1, found "everywhere" (given by --address) (schema.format)',
      'bulkhead.yaml:4:9: /server/port: expected an integer from 0 to 65535, found 70000 (schema.range)',
      'bulkhead.yaml:5:3: /server/adress: unknown field "adress"; did you mean "address"? (schema.unknownField)',
      'bulkhead.yaml:6:14: /decisionLog: store postgres needs url (config.missing)',
    ]);
  });

  test.each([
    [
      'a file of another kind',
      'apiVersion: bulkhead.dev/v1alpha1\nkind: Boundary\nspec: {}\n',
      'a.yaml:2:7: /kind: expected a document of kind Configuration (apiVersion config.bulkhead.dev/v1alpha1), found "Boundary" (config.document)',
    ],
    [
      'a file without a kind',
      'server: {}\n',
      'a.yaml:1:1: /kind: expected a document of kind Configuration (apiVersion config.bulkhead.dev/v1alpha1), found no kind (config.document)',
    ],
    [
      'a list',
      '- 1\n',
      'a.yaml:1:1: /kind: expected a document of kind Configuration (apiVersion config.bulkhead.dev/v1alpha1), found no kind (config.document)',
    ],
    [
      'another version',
      'apiVersion: config.bulkhead.dev/v2\nkind: Configuration\n',
      'a.yaml:1:13: /apiVersion: expected "config.bulkhead.dev/v1alpha1", found "config.bulkhead.dev/v2" (schema.choice)',
    ],
  ])('%s is told in one sentence', (_, text, issue) => {
    const read = readDocuments(text, 'a.yaml');
    const result = read.ok ? assemble(read.value[0], { environment: {} }) : read;
    expect(result.ok ? [] : result.issues.map(print)).toEqual([issue]);
  });

  test('secrets are never shown', () => {
    const secret = 'postgres://user:hunter2@db/x';
    const told = mistakes({
      file: `decisionLog: {url: "${secret}\\n", store: postgres}`,
      environment: { BULKHEAD_DESK_PORT: 'x' },
    });
    expect(told).toHaveLength(2);
    expect(told.join()).not.toContain('hunter2');
    expect(mistakes({ file: `decisionLog: {url: "${secret}"}` }).join()).not.toContain('hunter2');
  });
});

describe('settings that do not go together', () => {
  test.each([
    [
      'tenancy: {tenantLabel: acme.io/team}',
      '/tenancy/tenantLabel: "acme.io/team" is not among protectedLabels, so whoever may write it could choose their tenant; add it there',
    ],
    [
      'tenancy: {protectedLabels: [bulkhead.dev/tenant, kubernetes.io/metadata.name]}',
      '/tenancy/protectedLabels/1: the API server itself writes kubernetes.io/metadata.name, nobody can forge it; leave it out',
    ],
    [
      'tenancy: {podLabelGrants: [{namespaceSelector: {matchExpressions: [{key: a, operator: In}]}, labels: {b: [c]}}]}',
      '/tenancy/podLabelGrants/0/namespaceSelector/matchExpressions/0: In needs values',
    ],
    [
      'cluster: {nat64: [10.0.0.0/8]}',
      '/cluster/nat64/0: a NAT64 prefix is an IPv6 range of 32, 40, 48, 56, 64 or 96 bits (RFC 6052), not "10.0.0.0/8"',
    ],
    [
      'cluster: {dns: [{ports: [UDP/53]}]}',
      '/cluster/dns/0: needs namespaceSelector (with podSelector) or ipBlock',
    ],
    [
      'cluster: {dns: [{ipBlock: 10.0.0.0/8, podSelector: {}}]}',
      '/cluster/dns/0: ipBlock stands alone; list the selectors as a DNS peer of their own',
    ],
    [
      'cluster: {dns: [{namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}]}',
      '/cluster/dns/0/namespaceSelector/matchExpressions/0: Exists takes no values; leave them out',
    ],
    [
      'webhook: {service: a/b, url: "https://a"}',
      '/webhook/url: service and url exclude each other; keep one',
    ],
    [
      'server: {maxInFlightBytes: 1048576}',
      '/server/maxInFlightBytes: 1048576 is less than maxBodyBytes (41943040), so the largest review would never fit; raise it',
    ],
    [
      'server: {clientNames: [a]}',
      '/server/clientNames: client names are only checked on certificates that clientCA signed; name that file',
    ],
    ['certificates: {mode: files, certFile: a}', '/certificates: mode files needs keyFile'],
    [
      'certificates: {mode: files, certFile: a, keyFile: b, secret: a/b}',
      '/certificates/secret: mode files does not use secret; leave it out or change the mode',
    ],
    [
      'certificates: {mode: secret, secret: a/b, names: [c]}',
      '/certificates/names: mode secret does not use names; leave them out or change the mode',
    ],
    [
      'decisionLog: {store: none, required: true}',
      '/decisionLog/required: with store none nothing can be recorded, so nothing could be allowed; choose a store',
    ],
    [
      'decisionLog: {url: x}',
      '/decisionLog/url: store sqlite does not use url; leave it out or set store: postgres',
    ],
    [
      'decisionLog: {store: none, path: x}',
      '/decisionLog/path: store none does not use path; leave it out or set store: sqlite',
    ],
    [
      'desk: {address: 0.0.0.0}',
      '/desk: at 0.0.0.0 others can reach the desk; name tokenFile or oidc, or listen on 127.0.0.1',
    ],
  ])('%s', (file, message) => {
    const told = mistakes({ file }).map((issue) => issue.replace(/^bulkhead\.yaml:3:\d+: /, ''));
    expect(told).toEqual([expect.stringMatching(/ \(config\.(?:conflict|missing)\)$/)]);
    expect(told[0]?.replace(/ \(config\.\w+\)$/, '')).toBe(message);
  });
});

describe('the file', () => {
  const root = mkdtemp(join(tmpdir(), 'bulkhead-config-'));
  afterAll(async () => rm(await root, { recursive: true }));
  const from = async (
    text: string,
    rest: Partial<ConfigInputs> = {},
  ): Promise<Awaited<ReturnType<typeof loadConfig>>> => {
    const path = join(await root, 'c.yaml');
    await writeFile(path, text);
    return loadConfig({
      path,
      environment: {},
      stdin: () => {
        throw new Error('not asked for');
      },
      ...rest,
    });
  };

  test('is read', async () => {
    const read = await from(`${head}server: {port: 1}`);
    expect(read.ok && read.value.config.server.port).toBe(1);
  });

  test('may be named by BULKHEAD_CONFIG, and a flag names another', async () => {
    const path = join(await root, 'c.yaml');
    const other = join(await root, 'missing.yaml');
    const named = await from(`${head}server: {port: 2}`, {
      path: undefined,
      environment: { BULKHEAD_CONFIG: path },
    });
    expect(named.ok && named.value.config.server.port).toBe(2);
    const both = await from(`${head}server: {port: 2}`, { environment: { BULKHEAD_CONFIG: other } });
    expect(both.ok && both.value.config.server.port).toBe(2);
  });

  test.each([
    ['that holds two documents', `${head}---\n${head}`, 'a second document; a configuration is one document'],
    ['that is empty', '# nothing\n', 'holds no document; write a Configuration'],
  ])('%s is refused', async (_, text, message) => {
    const read = await from(text);
    expect(read.ok ? [] : read.issues.map((issue) => issue.message)).toEqual([message]);
  });

  test('with broken YAML is refused with its place', async () => {
    const read = await from('a: [\n');
    expect(read.ok ? [] : read.issues.map(({ code, line }) => [code, line])).toEqual([
      [documentCodes.syntax, 2],
    ]);
  });
});

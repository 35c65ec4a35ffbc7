/** Tokens of an OpenID Connect issuer, played with a local one: what is accepted, for whom, and what is not. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { assemble } from '../../src/config/load.ts';
import { admitted } from '../../src/desk/access.ts';
import type { Gate } from '../../src/desk/access.ts';
import { tenantsFrom } from '../../src/desk/gates.ts';
import { oidcGate } from '../../src/desk/oidc.ts';

/** Claims that replace the usual ones; undefined leaves one out. */
type Claims = Readonly<Record<string, unknown>>;
type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

const config = assemble(
  {
    file: 'test',
    positionOf: () => ({ line: 1, column: 1 }),
    value: {
      apiVersion: 'config.bulkhead.dev/v1alpha1',
      kind: 'Configuration',
      tenancy: {
        administrators: { users: ['root@example.com'], groups: ['platform', 'system:masters'] },
        assign: [
          { groups: ['team-payments'], labels: { 'bulkhead.dev/tenant': 'payments' } },
          { groups: ['team-payments', 'team-orders'], labels: { 'bulkhead.dev/tenant': 'orders' } },
          { groups: ['team-lost'], labels: { 'bulkhead.dev/environment': 'test' } },
        ],
      },
    },
  },
  { environment: {} },
);

let server: Server;
let issuer = '';
let keys: Keys;
let other: Keys;
let gate: Gate;
let metadata: object = {};
let broken = false;

beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  other = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] };
  server = createServer((request, response) => {
    response.statusCode = broken ? 500 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/keys' ? jwks : metadata));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  broken = false;
  metadata = { issuer, jwks_uri: `${issuer}/keys` };
  if (!config.ok) throw new Error(JSON.stringify(config.issues));
  const tenantsOf = tenantsFrom(config.value.config);
  gate = oidcGate({ issuer, clientId: 'bulkhead', groupsClaim: 'groups', tenantsOf });
});

const claims = { sub: '17', preferred_username: 'jane', groups: ['team-payments'] };

/** A token as the issuer makes it, but for what is said. */
function token(more: Claims = {}, key: Keys = keys, kid = 'one'): Promise<string> {
  return new SignJWT({
    iss: issuer,
    aud: 'bulkhead',
    exp: Math.floor(Date.now() / 1_000) + 600,
    ...claims,
    ...more,
  })
    .setProtectedHeader({ alg: 'ES256', kid })
    .sign(key.privateKey);
}
const admit = async (text: string) => admitted(`Bearer ${text}`, [gate]);
const seconds = (from: number): number => Math.floor(Date.now() / 1_000) + from;

describe('a token of the issuer', () => {
  test('opens the tenants that its groups may create, until it expires', async () => {
    const exp = seconds(600);
    expect(await admit(await token({ exp }))).toEqual({
      ok: true,
      reader: { name: 'jane', tenants: ['payments', 'orders'], expires: (exp + 30) * 1_000 },
    });
  });

  test.each([
    ['by group', { groups: ['platform'] }],
    ['by name', { preferred_username: 'root@example.com', groups: [] }],
  ])('opens everything to administrators: %s', async (_, more) => {
    const answer = await admit(await token(more));
    expect(answer.ok && answer.reader.tenants).toBeUndefined();
  });

  test.each([
    ['no group', { groups: [] }],
    ['no claim of groups', { groups: undefined }],
    ['a group that no tenant is assigned to', { groups: ['team-lost', 'strangers'] }],
    ['a group that Kubernetes reserves', { groups: ['system:masters'] }],
  ])('opens nothing with %s', async (_, more) => {
    expect(await admit(await token(more))).toMatchObject({ ok: false, status: 403, code: 'no_tenant' });
  });

  const wrong: readonly (readonly [string, Claims])[] = [
    ['of another issuer', { iss: 'http://127.0.0.1:1' }],
    ['for another client', { aud: 'somebody-else' }],
    ['that has expired', { exp: seconds(-60) }],
    ['that never expires', { exp: undefined }],
    ['that is not valid yet', { nbf: seconds(600) }],
  ];
  test.each(wrong)('is refused %s', async (_, more) => {
    expect(await admit(await token(more))).toMatchObject({ ok: false, status: 401, code: 'wrong_token' });
  });

  test('is refused with a signature of another key, under either name', async () => {
    expect(await admit(await token({}, other))).toMatchObject({ ok: false, status: 401 });
    expect(await admit(await token({}, other, 'two'))).toMatchObject({ ok: false, status: 401 });
  });

  test('is refused without a signature, and with one of a shared secret', async () => {
    const bare = new UnsecuredJWT({ iss: issuer, aud: 'bulkhead', exp: seconds(600), ...claims }).encode();
    expect(await admit(`${bare}AAAA`)).toMatchObject({ ok: false, status: 401 });
    const shared = await new SignJWT({ iss: issuer, aud: 'bulkhead', exp: seconds(600), ...claims })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(JSON.stringify(await exportJWK(keys.publicKey))));
    expect(await admit(shared)).toMatchObject({ ok: false, status: 401 });
  });

  test('is refused with a changed claim', async () => {
    const [head = '', , signature = ''] = (await token()).split('.');
    const changed = Buffer.from(
      JSON.stringify({ iss: issuer, aud: 'bulkhead', exp: seconds(600), ...claims, groups: ['platform'] }),
    );
    expect(await admit(`${head}.${changed.toString('base64url')}.${signature}`)).toMatchObject({
      ok: false,
      status: 401,
    });
  });
});

describe('an issuer', () => {
  test('that cannot be reached is told apart from a wrong token, and is asked again', async () => {
    broken = true;
    const text = await token();
    expect(await admit(text)).toMatchObject({ ok: false, status: 503, code: 'issuer_unreachable' });
    broken = false;
    expect(await admit(text)).toMatchObject({ ok: true });
  });

  test('whose metadata is about another one is not believed', async () => {
    metadata = { issuer: 'https://login.example.com', jwks_uri: `${issuer}/keys` };
    expect(await admit(await token())).toMatchObject({ ok: false, status: 503 });
  });
});

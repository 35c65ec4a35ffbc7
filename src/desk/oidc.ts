/** Tokens of an OpenID Connect issuer: checked with the keys that it publishes, scoped by the groups in them. */
import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { refused } from './access.ts';
import type { Admittance, Gate } from './access.ts';
import { isObject, own, stringAt } from '../k8s/json.ts';

export interface OidcOptions {
  readonly issuer: string;
  /** What a token must be made for. */
  readonly clientId: string;
  readonly groupsClaim: string;
  /** The tenants that somebody may see by name and groups: `all`, or a list that may be empty. */
  readonly tenantsOf: (name: string, groups: readonly string[]) => 'all' | readonly string[];
  readonly fetch?: typeof fetch;
}

/** Signatures of a public key only: a secret that two share would let either make tokens. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const skewSeconds = 30;
const fetchMillis = 5_000;

/**
 * A gate for tokens with three parts (RFC 7519). The issuer's metadata is read when the first one comes, and again where that failed; its keys are read anew when
 * a token names one that is not known, at most once in 30 s.
 */
export function oidcGate(options: OidcOptions): Gate {
  const request = options.fetch ?? fetch;
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const keySet = (): Promise<JWTVerifyGetKey> => {
    keys ??= discover(options.issuer, request).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return keys;
  };
  return async (token) => {
    if (token.split('.').length !== 3) return undefined;
    let known: JWTVerifyGetKey;
    try {
      known = await keySet();
    } catch {
      return unreachable;
    }
    try {
      const { payload } = await jwtVerify(token, known, {
        issuer: options.issuer,
        audience: options.clientId,
        algorithms,
        clockTolerance: skewSeconds,
        requiredClaims: ['exp', 'sub'],
      });
      return readerOf(payload, options);
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || isFetchFailure(error)) return unreachable;
      return refused(401, 'wrong_token', `This token is not accepted: ${reasonOf(error)}.`);
    }
  };
}

const unreachable = refused(
  503,
  'issuer_unreachable',
  'The issuer of tokens cannot be reached at this moment; try again.',
);

async function discover(issuer: string, request: typeof fetch): Promise<JWTVerifyGetKey> {
  const answer = await request(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(fetchMillis),
    redirect: 'error',
  });
  const metadata: unknown = answer.ok ? await answer.json() : undefined;
  const address = stringAt(metadata, 'jwks_uri');
  // An issuer that names another one could lend its keys to it (OpenID Connect Discovery 4.3).
  if (address === undefined || stringAt(metadata, 'issuer') !== issuer)
    throw new Error('the metadata of the issuer is not about it');
  return createRemoteJWKSet(new URL(address), {
    timeoutDuration: fetchMillis,
    [customFetch]: (url, init) => request(url, init),
  });
}

function readerOf(payload: JWTPayload, { groupsClaim, tenantsOf }: OidcOptions): Admittance {
  const claims: unknown = payload;
  const name = stringAt(claims, 'preferred_username') ?? stringAt(claims, 'email') ?? payload.sub ?? '';
  const claimed = isObject(claims) ? own(claims, groupsClaim) : undefined;
  const groups = (Array.isArray(claimed) ? claimed : [claimed]).filter((group) => typeof group === 'string');
  const tenants = tenantsOf(name, groups);
  if (tenants !== 'all' && tenants.length === 0)
    return refused(
      403,
      'no_tenant',
      'Nothing in the configuration gives you a tenant to read about (tenancy.assign).',
    );
  return {
    ok: true,
    reader: {
      name,
      ...(tenants === 'all' ? {} : { tenants }),
      ...(payload.exp === undefined ? {} : { expires: (payload.exp + skewSeconds) * 1_000 }),
    },
  };
}

/** Asked by name: what fetch throws is of another realm in a test. */
const isFetchFailure = (error: unknown): boolean =>
  stringAt(error, 'name') === 'TypeError' ||
  (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC');

/** What is wrong with a token, by the library's codes: never anything out of the token. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `its claim "${error.claim}" is not the expected one`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'the issuer has no such key';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not allowed';
  return 'its signature does not hold';
}

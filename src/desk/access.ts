/** Who reads, and which tenants they may see. */

/** Somebody who may read. */
export interface Reader {
  /** As it is written into the log. */
  readonly name: string;
  /** The tenants they may see; absent: all. */
  readonly tenants?: readonly string[];
  /** Milliseconds since the epoch: what is under way ends then. */
  readonly expires?: number;
}

/** What a token leads to. `forbidden`: it is true, and opens nothing here. */
export type Admittance =
  | { readonly ok: true; readonly reader: Reader }
  | { readonly ok: false; readonly status: 401 | 403 | 503; readonly code: string; readonly message: string };

/** Judges one kind of token; undefined where it is not of that kind. */
export type Gate = (token: string) => Promise<Admittance | undefined>;

export const refused = (status: 401 | 403 | 503, code: string, message: string): Admittance => ({
  ok: false,
  status,
  code,
  message,
});

const longestToken = 8_192;

/** Judges the Authorization header: one bearer token (RFC 6750), by the first gate that knows it. */
export async function admitted(header: string | undefined, gates: readonly Gate[]): Promise<Admittance> {
  const [, token] = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(header ?? '') ?? [];
  if (token === undefined || token.length > longestToken)
    return refused(401, 'no_token', 'Send a token: Authorization: Bearer TOKEN.');
  for (const gate of gates) {
    const answer = await gate(token);
    if (answer !== undefined) return answer;
  }
  return refused(401, 'wrong_token', 'This token is not known, or no longer valid.');
}

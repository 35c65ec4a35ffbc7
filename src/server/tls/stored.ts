/** Serves a certificate that is kept in the cluster, as it is stored there at each moment. */
import { unsound } from '../../config/issue.ts';
import type { Read } from '../../config/issue.ts';
import { text } from './files.ts';
import { materialFrom } from './material.ts';
import type { ServingMaterial } from './material.ts';
import { openSource } from './source.ts';
import type { MaterialSource, SourceOptions } from './source.ts';

/** A pair that others keep for us, handed in by whoever follows the cluster. */
export interface StoredPair {
  /** What holds it, for messages: `Secret NAMESPACE/NAME`. */
  readonly what: string;
  /** In PEM; undefined while there is none. */
  readonly pair: () => { readonly certificate: string; readonly key: string } | undefined;
  /** Calls `listener` whenever the pair may be another one. */
  readonly onChange: (listener: () => void) => void;
  /** Resolves with true once there is one, with false where none came in that time. */
  readonly arrives: (millis: number) => Promise<boolean>;
}

/** At a first start a leader must be chosen, and after one that was killed that takes some 13 s. */
const arrivalMillis = 45_000;

/** Waits for a first pair and opens a source that follows it. Code where none comes: `tls_secret_empty`; others as for files. */
export async function openStored(
  stored: StoredPair,
  clientAuthority: string | null,
  options: SourceOptions,
): Promise<Read<MaterialSource>> {
  await stored.arrives(arrivalMillis);
  const source = await openSource(() => readStored(stored, clientAuthority), options);
  if (source.ok) {
    stored.onChange(() => {
      void source.value.check();
    });
    // What was stored between the first look and now nobody has told.
    void source.value.check();
  }
  return source;
}

async function readStored(
  { what, pair }: StoredPair,
  clientAuthority: string | null,
): Promise<Read<ServingMaterial>> {
  const found = pair();
  if (found === undefined) {
    const message = `${what} holds no tls.crt and tls.key that belong together; see that a leader may write it, or put them there`;
    return unsound([{ code: 'tls_secret_empty', message }]);
  }
  const client = clientAuthority === null ? undefined : await text(clientAuthority);
  if (client !== undefined && 'code' in client) return unsound([client]);
  return materialFrom(
    { ...found, ...(client === undefined ? {} : { clientAuthority: client.text }) },
    {
      certificate: `${what}, tls.crt`,
      key: `${what}, tls.key`,
      ...(clientAuthority === null ? {} : { clientAuthority }),
    },
  );
}

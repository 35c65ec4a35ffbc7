/** Chooses where the serving certificate comes from, by the configuration. */
import { join } from 'node:path';
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import type { Config } from '../../config/schema.ts';
import { openDirectory } from './directory.ts';
import { openFiles } from './files.ts';
import type { MaterialSource } from './source.ts';
import { openStored } from './stored.ts';
import type { StoredPair } from './stored.ts';

/** A source, and the file of the authority that clients must trust, where it is known. */
export interface ServingSource {
  readonly source: MaterialSource;
  readonly authorityFile: string | undefined;
}

/** Opens what the configuration names: a Secret of the cluster, files kept by others, or a pair of our own in the state directory. */
export async function servingMaterial(
  { certificates, server }: Config,
  stateDirectory: string,
  refused: (issues: readonly Issue[]) => void,
  stored?: StoredPair,
): Promise<Read<ServingSource>> {
  if (certificates.secret !== null) {
    if (stored === undefined) {
      const message = `the Secret ${certificates.secret} can only be read with a cluster; give --kubeconfig, or leave it out`;
      return unsound([{ code: 'tls_secret_unreachable', pointer: '/certificates/secret', message }]);
    }
    const source = await openStored(stored, server.clientCA, { refused });
    return source.ok ? sound({ source: source.value, authorityFile: undefined }) : source;
  }
  const client = server.clientCA === null ? {} : { clientAuthority: server.clientCA };
  if (certificates.certFile !== null && certificates.keyFile !== null) {
    const files = { certificate: certificates.certFile, key: certificates.keyFile, ...client };
    const source = await openFiles(files, { refused });
    return source.ok
      ? sound({ source: source.value, authorityFile: certificates.caFile ?? undefined })
      : source;
  }
  if (certificates.mode !== 'selfManaged') {
    const message = `certificates.mode "${certificates.mode}" needs certificates.certFile and certificates.keyFile, the mounted pair; write them, or leave the mode out for a pair of our own`;
    return unsound([{ code: 'tls_files_unnamed', pointer: '/certificates/mode', message }]);
  }
  const directory = join(stateDirectory, 'tls');
  const source = await openDirectory({ directory, names: certificates.names, ...client }, { refused });
  return source.ok ? sound({ source: source.value, authorityFile: join(directory, 'ca.crt') }) : source;
}

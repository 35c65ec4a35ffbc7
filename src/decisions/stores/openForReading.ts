/** Opens the store that the configuration names, for questions and for verification. */
import type { Config } from '../../config/schema.ts';
import type { DecisionReader } from '../query/query.ts';
import type { Archive } from '../repository.ts';
import { stateFiles } from '../stateFiles.ts';

/** A store to read: what a writer is told, and the label that names a tenant. */
export type ReadTarget =
  | { readonly kind: 'sqlite'; readonly file: string; readonly tenantLabel: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly tenantLabel: string };

/** The log that the configuration names, to read; undefined where none is kept. */
export function readTargetOf(config: Config, stateDirectory: string): ReadTarget | undefined {
  const { store, path, url } = config.decisionLog;
  const { tenantLabel } = config.tenancy;
  switch (store) {
    case 'none':
      return undefined;
    case 'postgres':
      return { kind: 'postgres', url: url ?? '', tenantLabel };
    case 'sqlite':
      return { kind: 'sqlite', file: path ?? stateFiles(stateDirectory).database, tenantLabel };
  }
}

/** Rejects with the store's own error where it is not there or cannot be reached. `progressed` hears of a backlog that is read first. */
export async function openReader(
  target: ReadTarget,
  progressed?: (through: number) => void,
): Promise<DecisionReader> {
  switch (target.kind) {
    case 'sqlite': {
      const { openSqliteReader } = await import('../query/segments/reader.ts');
      const { file, tenantLabel } = target;
      return openSqliteReader({ file, tenantLabel, ...(progressed === undefined ? {} : { progressed }) });
    }
    case 'postgres': {
      const { openPostgresReader } = await import('./postgres/reader.ts');
      return openPostgresReader({ url: target.url });
    }
    default:
      return target satisfies never;
  }
}

/** Rejects as {@link openReader} does. */
export async function openArchive(target: ReadTarget): Promise<Archive> {
  switch (target.kind) {
    case 'sqlite': {
      const { openSqliteArchive } = await import('./sqlite/archive.ts');
      return openSqliteArchive(target.file);
    }
    case 'postgres': {
      const { openPostgresArchive } = await import('./postgres/archive.ts');
      return openPostgresArchive({ url: target.url });
    }
    default:
      return target satisfies never;
  }
}

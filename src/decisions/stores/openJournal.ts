/** Opens the store that the configuration names, for writing; a store's library is loaded only where it is used. */
import type { Journal } from '../repository.ts';
import type { StoreTarget } from '../writer/messages.ts';

/** Rejects with the store's own error where it cannot be opened now. */
export async function openJournal(target: StoreTarget): Promise<Journal> {
  switch (target.kind) {
    case 'sqlite': {
      const { openSqliteJournal } = await import('./sqlite/journal.ts');
      return openSqliteJournal(target.file);
    }
    case 'postgres': {
      const { openPostgresJournal } = await import('./postgres/journal.ts');
      return openPostgresJournal(target);
    }
    default:
      return target satisfies never;
  }
}

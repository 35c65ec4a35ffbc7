/** Where the log keeps what it needs in a state directory, unless the configuration says otherwise. */
import { join } from 'node:path';

export interface StateFiles {
  /** The SQLite store. */
  readonly database: string;
  /** What waits for the store. */
  readonly spoolDirectory: string;
  /** The key that signs checkpoints; its public half beside it as `.pub`. */
  readonly keyFile: string;
}

export const stateFiles = (stateDirectory: string): StateFiles => ({
  database: join(stateDirectory, 'decisions', 'decisions.sqlite'),
  spoolDirectory: join(stateDirectory, 'decisions', 'spool'),
  keyFile: join(stateDirectory, 'decisions', 'checkpoints.key'),
});

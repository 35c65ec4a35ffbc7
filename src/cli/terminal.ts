/** What a command sees of the world around it; the process makes one, a test another. */

/** Where text goes. */
export interface Output {
  write(text: string): void;
  /** Whether a person is looking: only then is colour worth anything. */
  readonly isTerminal: boolean;
  /** The width of the terminal, where there is one. */
  readonly columns?: number | undefined;
}

/** One run of one command. */
export interface Terminal {
  /** Results, and nothing else. */
  readonly stdout: Output;
  /** Diagnostics, progress, hints. */
  readonly stderr: Output;
  readonly stdin: () => AsyncIterable<Uint8Array>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From now on memory counts for more than time: for commands that read whole clusters. They call the answer now and then. */
  readonly spareMemory: () => () => void;
  /** Takes back `spareMemory`, for whoever needs speed again. */
  readonly usualMemory: () => void;
  /** The version of Bulkhead. */
  readonly version: () => string;
  /** Where something stands that ships with Bulkhead, such as `policies`. */
  readonly shipped: (path: string) => string;
  /** The module that a resident worker runs. */
  readonly workerEntry: URL;
  /**
   * From now on SIGINT and SIGTERM are the command's: it has to end by itself. Before, an interrupt ends the process with 130.
   */
  readonly takeSignals: (handler: (signal: 'SIGINT' | 'SIGTERM') => void) => void;
}

/**
 * 0 fine; 1 something is denied, a test failed, a regression; 2 usage, parse or I/O error; 3 cluster unreachable; 130 interrupted.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 130;

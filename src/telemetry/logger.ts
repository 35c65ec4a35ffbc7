/** The structured log: one JSON object a line, safe to read in a terminal, without secrets. */
import { pino } from 'pino';
import type { DestinationStream, LogFn, Logger } from 'pino';
import { errorFields } from './errorFields.ts';
import { redacted } from './redaction.ts';

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LoggerOptions {
  readonly level: Level;
  /** A file descriptor (1 is stdout, 2 stderr), written without blocking the event loop, or anything that takes lines. */
  readonly destination: 1 | 2 | { write(line: string): void };
  /** Fields of each line, such as the replica. */
  readonly base?: Readonly<Record<string, string>>;
  /** The time of each line; the process clock where absent. */
  readonly now?: () => Date;
}

export interface Log {
  readonly logger: Logger;
  /**
   * Logs a record, given as the text of a JSON object with a `time` of its own, that its maker has allow-listed already: it is written as it is,
   * without a look for secrets in it, because there is one for each decision. `level` (info) and `message` are put in front.
   */
  record(json: string, message: string): void;
  /** Resolves when everything logged so far is written; call it before the process ends, for lines are written in batches. */
  flush(): Promise<void>;
}

export function createLog(options: LoggerOptions): Log {
  const target = typeof options.destination === 'number' ? batched(options.destination) : undefined;
  const destination = typeof options.destination === 'number' ? target : options.destination;
  const safe: DestinationStream = {
    write: (line) => {
      destination?.write(printable(line));
    },
  };
  const now = options.now ?? (() => new Date());
  const logger = pino(
    {
      level: options.level,
      base: options.base ?? {},
      messageKey: 'message',
      timestamp: () => `,"time":"${now().toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        bindings: (bindings) => ({ ...redacted(bindings) }),
        log: (fields) => ({ ...redacted(fields) }),
      },
      serializers: { err: errorFields },
      hooks: { logMethod: withMessage },
    },
    safe,
  );
  return {
    logger,
    record: (json, message) => {
      if (!logger.isLevelEnabled('info')) return;
      safe.write(`{"level":"info","message":${JSON.stringify(message)},${json.slice(1)}\n`);
    },
    flush: () => target?.end() ?? Promise.resolve(),
  };
}

/**
 * Escapes what JSON lets through and a terminal or a reader acts on: DEL and the C1 controls (a one-byte CSI among them), the Unicode line
 * separators, and the marks that reverse the direction of text.
 */
function printable(line: string): string {
  return hidden.test(line) ? line.replace(everyHidden, escaped) : line;
}

const hidden = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const everyHidden = new RegExp(hidden, 'g');
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Without a message of its own, pino takes that of the error, which `errorFields` may have left out on purpose. */
function withMessage(this: Logger, args: Parameters<LogFn>, method: LogFn): void {
  const [first, message] = args;
  const error: unknown = first instanceof Error ? first : Reflect.get(Object(first), 'err');
  if (message === undefined && error instanceof Error) {
    method.apply(this, [first instanceof Error ? { err: first } : first, 'an error']);
  } else {
    method.apply(this, args);
  }
}

/** How much is gathered before it is written, and for how long at most. */
const batchCharacters = 65_536;
const batchMillis = 100;

interface Batched extends DestinationStream {
  /** Writes what was gathered; later lines are written too, each batch when it is full. */
  end(): Promise<void>;
}

/** Gathers lines and writes them together: waking the thread that writes costs more than most decisions do. */
function batched(descriptor: 1 | 2): Batched {
  const stream = pino.destination({ dest: descriptor, sync: false });
  let gathered = '';
  const pass = (): void => {
    if (gathered === '') return;
    stream.write(gathered);
    gathered = '';
  };
  const timer = setInterval(pass, batchMillis).unref();
  return {
    write: (line) => {
      gathered += line;
      if (gathered.length >= batchCharacters) pass();
    },
    end: () => {
      clearInterval(timer);
      pass();
      return flush(stream);
    },
  };
}

function flush(stream: ReturnType<typeof pino.destination>): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.flush((error) => {
      // After the last write the stream asks for fsync, which a pipe (the standard output of a container) does not have.
      const written = !error || ('code' in error && error.code === 'EINVAL');
      if (written) resolve();
      else reject(error);
    });
  });
}

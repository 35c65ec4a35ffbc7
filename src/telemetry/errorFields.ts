/** Says what is written of an error: where it happened, and of its message only what cannot quote a request. */

export interface ErrorFields {
  readonly type: string;
  readonly code?: string;
  readonly message?: string;
  readonly frames?: readonly string[];
  readonly cause?: ErrorFields;
}

const messageLength = 256;
const frameCount = 12;
const causeDepth = 3;

/**
 * The message of a SyntaxError is left out: V8 quotes the text that JSON.parse could not read, and that text may be a Secret. Other messages are
 * cut; properties other than a `code` are never written.
 */
export function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error };
  const code: unknown = 'code' in error ? error.code : undefined;
  const frames = framesOf(error);
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(error.name === 'SyntaxError' ? {} : { message: error.message.slice(0, messageLength) }),
    ...(frames.length === 0 ? {} : { frames }),
    ...(error.cause === undefined || depth >= causeDepth
      ? {}
      : { cause: errorFields(error.cause, depth + 1) }),
  };
}

/** The stack without its first part, which repeats the message. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  const start = stack.indexOf(message);
  return stack
    .slice(start === -1 ? 0 : start + message.length)
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, frameCount)
    .map((line) => line.trim());
}

/** A mistake in something a person wrote (configuration, rules, manifests): the one shape every room reports it in. */

/** Where a mistake stands: an RFC 6901 pointer into the document and, where the text is at hand, file, line and column (1-based). */
export interface Position {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly pointer?: string;
}

/** A mistake as a value. `code` is stable; `message` names the offending value and the way to fix it, never an object's contents. */
export interface Issue extends Position {
  readonly code: string;
  readonly message: string;
}

/** The outcome of reading something that may be wrong: the value, or every mistake found. */
export type Read<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly Issue[] };

/** Wraps a value that was read without mistakes. */
export const sound = <T>(value: T): Read<T> => ({ ok: true, value });

/** Wraps the mistakes that kept a value from being read. */
export const unsound = (
  issues: readonly Issue[],
): { readonly ok: false; readonly issues: readonly Issue[] } => ({
  ok: false,
  issues,
});

/** Prints a mistake as `file:line:column: message (code)`, leaving out what is not known. */
export function describe(issue: Issue): string {
  const place = [issue.file, issue.line, issue.column].filter((part) => part !== undefined).join(':');
  const pointer = issue.pointer === undefined || issue.pointer === '' ? '' : `${issue.pointer}: `;
  return `${place === '' ? '' : `${place}: `}${pointer}${issue.message} (${issue.code})`;
}

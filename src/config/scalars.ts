/**
 * What an unquoted word of YAML means to Kubernetes.
 *
 * kubectl and the API server read YAML through sigs.k8s.io/yaml, which resolves plain scalars as go-yaml v2 does: YAML 1.1 words for
 * booleans (`yes`, `on`, `n`), octal integers with a leading zero, underscores between digits, timestamps left as text. What
 * Bulkhead decides must be about the object that the cluster would get, so the same table is used here.
 */

/** The meaning of a plain scalar; `inexact` is a number that a double cannot hold or JSON cannot write. */
export type Meaning =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'inexact' };

const nulls = new Set(['', '~', 'null', 'Null', 'NULL']);
const truths = new Set('y Y yes Yes YES true True TRUE on On ON'.split(' '));
const untruths = new Set('n N no No NO false False FALSE off Off OFF'.split(' '));
const endless = /^(?:\.nan|\.NaN|\.NAN|[-+]?(?:\.inf|\.Inf|\.INF))$/;

const bases: readonly (readonly [RegExp, string])[] = [
  [/^0[xX][0-9a-fA-F]+$/, ''],
  [/^0[bB][01]+$/, ''],
  [/^0[oO][0-7]+$/, ''],
  [/^0[0-7]+$/, '0o'],
  [/^(?:0|[1-9][0-9]*)$/, ''],
];
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const digits = /^[-+]?[0-9]+$/;

const string = (value: string): Meaning => ({ kind: 'string', value });

/** Reads a plain scalar as go-yaml v2's `resolve` does. */
export function meaningOf(text: string): Meaning {
  if (nulls.has(text)) return { kind: 'null' };
  if (truths.has(text)) return { kind: 'boolean', value: true };
  if (untruths.has(text)) return { kind: 'boolean', value: false };
  if (endless.test(text)) return { kind: 'inexact' };
  if (text.startsWith('.')) return float.test(text) ? toFloat(text) : string(text);
  if (!/^[-+0-9]/.test(text)) return string(text);

  const plain = text.replaceAll('_', '');
  const unsigned = /^[-+]/.test(plain) ? plain.slice(1) : plain;
  for (const [form, prefix] of bases) {
    if (form.test(unsigned))
      return toInteger(plain.startsWith('-'), prefix + unsigned.slice(prefix === '' ? 0 : 1));
  }
  return float.test(plain) ? toFloat(plain) : string(text);
}

/** Integers that a double cannot hold are refused by the caller: rounding a number silently would change the object. */
function toInteger(negative: boolean, unsigned: string): Meaning {
  const value = Number(unsigned);
  if (!Number.isSafeInteger(value)) return { kind: 'inexact' };
  return { kind: 'integer', value: negative && value !== 0 ? -value : value };
}

/** A decimal integer with a misplaced leading zero (`08`) is a float to go-yaml; it must be exact all the same. */
function toFloat(text: string): Meaning {
  const value = Number(text);
  if (!Number.isFinite(value) || (digits.test(text) && !Number.isSafeInteger(value)))
    return { kind: 'inexact' };
  return { kind: 'float', value };
}

/** What stands in every head between its values. */
import { recordVersion } from '../record.ts';
import type { Output } from './output.ts';

/** `string`: written as JSON; `text`: JSON already; `fixed`: nothing but what stands before it. */
type Form = 'string' | 'text' | 'fixed';

/**
 * What stands before each value, in canonical order, and how the value is written. One table and one loop over it: code for each member is read from memory anew for every record
 * where a processor does other things in between, and so would be a buffer for each text.
 */
const layout = [
  [`{"apiVersion":"${recordVersion}"`, 'fixed'],
  [',"correlates":', 'string'],
  [',"decision":', 'string'],
  [',"decisionId":', 'string'],
  [',"door":', 'string'],
  [',"dryRun":', 'text'],
  [',"exceptions":', 'text'],
  [',"failure":', 'text'],
  [',"kind":"Decision"', 'fixed'],
  [',"objectSha256":', 'string'],
  [',"operation":', 'string'],
  [',"patch":', 'text'],
  [',"resource":{', 'text'],
  ['"group":', 'string'],
  [',"kind":', 'string'],
  [',"name":', 'string'],
  [',"namespace":', 'string'],
  [',"subresource":', 'string'],
  [',"version":', 'string'],
  ['}', 'fixed'],
  [',"retryOf":', 'string'],
  [',"rulesHash":', 'string'],
  [',"snapshot":', 'text'],
  [',"tenant":', 'string'],
  [',"time":', 'string'],
  [',"uid":', 'string'],
  [',"user":{"groups":', 'text'],
  [',"username":', 'string'],
  ['},"violations":', 'text'],
  [',"warnings":', 'text'],
  ['}', 'fixed'],
] as const satisfies readonly (readonly [before: string, form: Form])[];
/** Behind these stand `masked` and `subset`. */
const beforeMasked = layout.findIndex(([before]) => before.startsWith(',"kind":"'));
const beforeSubset = layout.findIndex(([before]) => before === ',"snapshot":');

const template = Buffer.from(layout.map(([before]) => before).join(''));
const ends = Uint16Array.from(
  layout.map(
    (_, at) =>
      layout
        .slice(0, at + 1)
        .map(([before]) => before)
        .join('').length,
  ),
);
const isString = Uint8Array.from(layout.map(([, form]) => (form === 'string' ? 1 : 0)));

type ValuesOf<Lines extends readonly (readonly [string, Form])[]> = {
  readonly [At in keyof Lines]: Lines[At][1] extends 'fixed' ? '' : string | undefined;
};

/** One for each line of the layout, in its order; undefined: there is no such member. */
export type Values = ValuesOf<typeof layout>;

/** Writes the values with what stands between them; says where `masked` and `subset` belong. */
export function fill(
  output: Output,
  values: Values,
): { readonly maskedAt: number; readonly subsetAt: number } {
  let start = 0;
  let maskedAt = 0;
  let subsetAt = 0;
  for (let at = 0; at < ends.length; at += 1) {
    const end = ends[at] ?? 0;
    const value = values[at];
    if (value !== undefined) {
      output.copy(template, start, end);
      if (isString[at] === 1) output.quote(value);
      else if (value !== '') output.write(value);
    }
    start = end;
    if (at === beforeMasked) maskedAt = output.used;
    if (at === beforeSubset) subsetAt = output.used;
  }
  return { maskedAt, subsetAt };
}

/** What the catalogue says of one finding. */
import type { Severity } from '../finding.ts';

export interface Entry {
  readonly severity: Severity;
  /** A few words, as a heading. */
  readonly title: string;
  /** What it means and why it matters. */
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Entries by code, in the order in which they are documented. */
export type Entries = readonly (readonly [string, Entry])[];

export const error = (code: string, title: string, why: string, fix: string): readonly [string, Entry] => [
  code,
  { severity: 'error', title, why, fix },
];

export const warning = (code: string, title: string, why: string, fix: string): readonly [string, Entry] => [
  code,
  { severity: 'warning', title, why, fix },
];

export const info = (code: string, title: string, why: string, fix: string): readonly [string, Entry] => [
  code,
  { severity: 'info', title, why, fix },
];

/** What the process and its writer thread say to each other. */
import { isObject } from '../../k8s/json.ts';
import type { AllowanceSource } from '../event/allowance.ts';
import type { SpoolLimits } from '../spool/spool.ts';
import type { Frames } from './frames.ts';

/** Where records are kept. `tenantLabel`: the namespace label that names a tenant, for what PostgreSQL finds entries by. */
export type StoreTarget =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly tenantLabel: string };

/** What the writer thread is started with; plain data. */
export interface WriterOptions {
  readonly about: 'decisions';
  readonly store: StoreTarget;
  readonly spoolDirectory: string;
  readonly spoolLimits?: SpoolLimits;
  readonly keyFile: string;
  /** Name of this process among those that write to one store. */
  readonly replica: string;
  /** How long entries are kept, in milliseconds. */
  readonly retentionMillis: number;
}

/** Whether a thread was started to be the writer. */
export const isWriterOptions = (given: unknown): given is WriterOptions =>
  isObject(given) && given['about'] === 'decisions';

export type ToWriter =
  /** Records; the memory that they stand in comes back as `memory`. */
  | { readonly about: 'items'; readonly frames: Frames }
  /** What may be kept of objects in the records that follow. */
  | { readonly about: 'allowance'; readonly source: AllowanceSource }
  | { readonly about: 'close' };

/** How the writer is doing. `blocked`: neither store nor spool takes anything, for this reason; what comes waits in memory. */
export interface WriterState {
  readonly store: 'opening' | 'open' | 'failing';
  readonly blocked?: 'spool-full' | 'spool-error';
  /** What the store or the spool last said, where it fails. */
  readonly trouble?: string;
  readonly spooledBytes: number;
  readonly writer: string;
  /** The last entry that was written. */
  readonly seq: number;
}

export type FromWriter =
  /** So many items, in the order in which they were sent, are safe: in the store, or in the spool. */
  | { readonly about: 'safe'; readonly count: number; readonly state: WriterState }
  | { readonly about: 'state'; readonly state: WriterState }
  /** Records that the spool had and nobody can read; the chain says so already. */
  | { readonly about: 'corrupt'; readonly count: number }
  | { readonly about: 'checkpoint'; readonly text: string }
  /** Memory that was read, for the next records. */
  | { readonly about: 'memory'; readonly buffer: ArrayBuffer }
  | { readonly about: 'closed' };

// What a page of the documentation takes for granted, and what it is held to, when its `sh` blocks are typed.
import type { IdentityName } from '../../cluster/identities.ts';
import type { Reader } from './reader.ts';

export interface Guide {
  readonly file: string;
  /** Makes what the page takes for granted: files of the reader, objects of their cluster. */
  readonly given?: (reader: Reader) => Promise<unknown>;
  /** Commands that end with something else than 0, by a part of each, and what they say. */
  readonly refused?: Readonly<Record<string, string>>;
  /** What commands say that succeed, by a part of each. */
  readonly says?: Readonly<Record<string, string>>;
  /** Commands that somebody else than the administrator types, by a part of each. */
  readonly by?: Readonly<Record<string, IdentityName>>;
  /** What is written on the page for something that only the reader knows, and what it is here. */
  readonly reads?: (reader: Reader) => Promise<Readonly<Record<string, string>>>;
}

/** Pages about a release whose pods run: there are no nodes here. test/e2e/chartRelease.test.ts and disaster.test.ts run what a release runs, and type what is typed there. */
export const released: readonly string[] = [
  'charts/bulkhead/README.md',
  'docs/bootstrap.md',
  'docs/certificates.md',
  'docs/disaster.md',
];

/** Commands that cannot be typed here, by a part of each, and why. Each must be somewhere. */
export const untyped: Readonly<Record<string, string>> = {
  'npm ci': 'installs packages; .ci/run does it, and test/docs/start.test.ts starts what npm start starts',
  'helm ': 'waits for pods, and there are no nodes; test/e2e/chart*.test.ts render and apply the chart',
  'test/mutation/run.ts': 'takes an hour',
  'postgres://': 'no PostgreSQL here has this name; test/decisions/ asks a real one',
};

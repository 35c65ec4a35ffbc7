/** A copy of the cluster's exceptions, each read once when it changes. */
import { readException } from '../boundary/exceptions/exception.ts';
import type { Exception } from '../boundary/exceptions/exception.ts';
import type { Followed } from './followed.ts';
import { exceptionKind } from './ruleKinds.ts';

export interface ExceptionCopy {
  /** Another list whenever one of them changed. Empty while the copy is too old: what cannot be told does not count. */
  readonly all: () => readonly Exception[];
  readonly of: (namespace: string) => readonly Exception[];
  /** Claims that what is not in the copy does not exist. */
  readonly certain: () => boolean;
  /** As they are stored. */
  readonly stored: Followed;
  /** Calls `listener` with the key, `NAMESPACE/NAME`, of every exception that comes, changes or goes. */
  readonly onChange: (listener: (key: string) => void) => void;
}

interface Known {
  readonly all: readonly Exception[];
  readonly byNamespace: ReadonlyMap<string, readonly Exception[]>;
}

const none: readonly Exception[] = [];

/** Begins to follow. */
export function exceptionCopy(
  follow: (path: string, changed: (key: string) => void) => Followed,
  staleMillis: number,
): ExceptionCopy {
  const read = new Map<string, Exception>();
  const listeners: ((key: string) => void)[] = [];
  let known: Known | undefined;
  const stored = follow(exceptionKind.path, (key) => {
    const found = readException(stored.get(key));
    // What cannot be read counts for nothing; its status says so.
    if (found.ok) read.set(key, found.value);
    else read.delete(key);
    known = undefined;
    for (const listener of listeners) listener(key);
  });
  const certain = (): boolean => (stored.age?.() ?? Infinity) <= staleMillis;
  const current = (): Known => (known ??= ordered([...read.values()]));
  return {
    all: () => (certain() ? current().all : none),
    of: (namespace) => (certain() ? (current().byNamespace.get(namespace) ?? none) : none),
    certain,
    stored,
    onChange: (listener) => void listeners.push(listener),
  };
}

function ordered(all: readonly Exception[]): Known {
  const byNamespace = new Map<string, Exception[]>();
  for (const one of all) {
    const beside = byNamespace.get(one.namespace);
    if (beside === undefined) byNamespace.set(one.namespace, [one]);
    else beside.push(one);
  }
  return { all, byNamespace };
}

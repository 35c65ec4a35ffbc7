/** The rules that are stored in a cluster: followed kind by kind, handed over as documents. */
import type { ApiServer } from './apiServer.ts';
import { collectionOf } from './collection.ts';
import { ObjectCopy } from './objectCopy.ts';
import { reflector } from './reflector.ts';
import type { ReflectorEvent } from './reflector.ts';
import { toDocument } from './ruleKinds.ts';
import type { RuleKind, StoredRule } from './ruleKinds.ts';
import { servedCollection } from './servedCollection.ts';
import type { Timing } from './timing.ts';

export interface RuleObjects {
  run(signal: AbortSignal): Promise<void>;
  /** All of them, in an order that does not hang on when they came; undefined until every kind was listed. */
  documents(): readonly StoredRule[] | undefined;
  /** Milliseconds since the oldest copy was last known to be the API server's own; undefined before all are listed. */
  age(): number | undefined;
  /** Why a kind is not followed, while it is not. */
  trouble(): string | undefined;
}

export interface RuleObjectsOptions {
  readonly server: ApiServer;
  readonly kinds: readonly RuleKind[];
  readonly timing: Timing;
  /** Told of every change, and of every first list. */
  readonly changed: () => void;
  readonly observe?: (kind: string, event: ReflectorEvent) => void;
  readonly watchSeconds?: number;
}

export function ruleObjects({
  server,
  kinds,
  timing,
  changed,
  observe,
  watchSeconds,
}: RuleObjectsOptions): RuleObjects {
  const stopping = new AbortController();
  const followed = kinds.map((kind) => {
    const copy = new ObjectCopy(changed);
    const reflected = reflector({
      collection: servedCollection(collectionOf(server, kind.path), timing, stopping.signal),
      copy,
      timing,
      observe: (event) => {
        observe?.(kind.kind, event);
        if (event.type === 'listed') changed();
      },
      ...(watchSeconds === undefined ? {} : { watchSeconds }),
    });
    return { kind, copy, reflected };
  });
  const listed = (): boolean => followed.every(({ reflected }) => reflected.age() !== undefined);
  return {
    run: async (signal) => {
      signal.addEventListener('abort', () => stopping.abort(), { once: true });
      await Promise.all(followed.map(({ reflected }) => reflected.run(signal)));
    },
    documents: () =>
      listed()
        ? followed.flatMap(({ kind, copy }) =>
            [...copy.entries()]
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([, object]) => toDocument(kind, object)),
          )
        : undefined,
    age: () => (listed() ? Math.max(...followed.map(({ reflected }) => reflected.age() ?? 0)) : undefined),
    trouble: () => {
      const stuck = followed.find(({ reflected }) => reflected.trouble() !== undefined);
      return stuck === undefined
        ? undefined
        : `${stuck.kind.kind}: ${stuck.reflected.trouble()?.message ?? ''}`;
    },
  };
}

/** The controllers of exceptions: what they look at, and when they look again. */
import { markAnnotation, readMark, writtenMark } from '../../admission/exceptions/mark.ts';
import type { Rules } from '../../admission/rules.ts';
import type { World } from '../../admission/world.ts';
import type { Exception } from '../../boundary/exceptions/exception.ts';
import { standingOf } from '../../boundary/exceptions/standing.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { ExceptionCopy } from '../../cluster/exceptionCopy.ts';
import { processTiming } from '../../cluster/timing.ts';
import type { Api } from '../../controllers/api.ts';
import type { Controller } from '../../controllers/controller.ts';
import { excepted } from '../../controllers/excepted.ts';
import { exceptionStatus } from '../../controllers/exceptionStatus.ts';
import { pace } from '../../controllers/pace.ts';
import { own, ownAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { fullBudget } from '../../netpol/cover.ts';
import { late, nothing } from '../lateCopy.ts';

export interface ServedExceptions {
  readonly controllers: readonly Controller[];
  /** Begins to follow the policies that carry a mark; called when this replica leads for the first time. */
  readonly follow: (changed: (controller: string, key: string) => void) => void;
  /** What keeps a Boundary from being a proof. */
  readonly lacking: (boundary: string) => readonly string[];
  /** How many exceptions from a Boundary are active. */
  readonly active: (boundary: string) => number;
}

const policiesPath = '/apis/networking.k8s.io/v1/networkpolicies';
const writes = { perSecond: 20, burst: 50 };
/** What was last heard of longer ago is not known. */
const staleMillis = 60_000;

export function servedExceptions(
  cluster: Pick<Cluster, 'view' | 'followStored'> & { readonly api: Api },
  exceptions: ExceptionCopy,
  rules: () => Rules,
): ServedExceptions {
  let marked = nothing;
  const policies = late(() => marked);
  const shared = { api: cluster.api, pace: pace(processTiming, writes) };
  const world = (): World | undefined =>
    exceptions.certain()
      ? {
          ...cluster.view(),
          rules: rules(),
          contentsOf: () => 'unavailable',
          budget: fullBudget,
          now: Date.now(),
          exceptionsOf: exceptions.of,
        }
      : undefined;
  const narrowing = excepted({ ...shared, world, policies });
  const telling = exceptionStatus({
    ...shared,
    rules,
    exceptions: exceptions.stored,
    date: () => new Date(),
  });
  const activeFor = (boundary: string): readonly Exception[] => {
    const { exceptionApprovers } = rules().tenancy.roles;
    return exceptions
      .all()
      .filter(
        (one) =>
          one.boundaries.includes(boundary) &&
          standingOf(one, Date.now(), exceptionApprovers).state === 'Active',
      );
  };
  return {
    controllers: [narrowing, telling],
    follow: (changed) => {
      marked = cluster.followStored(policiesPath, (key) => changed(narrowing.name, key), {
        keep: onlyMarked,
      });
      exceptions.onChange((key) => {
        changed(telling.name, key);
        for (const policy of marked.keys())
          if (readMark(marked.get(policy)).some(({ name }) => name === key)) changed(narrowing.name, policy);
      });
    },
    lacking: (boundary) => {
      const active = activeFor(boundary);
      const living = [...policies.keys()];
      return [
        ...(exceptions.certain() ? [] : ['not known which exceptions are active']),
        ...((policies.age() ?? Infinity) <= staleMillis ? [] : ['not known what exceptions let in']),
        ...(active.length === 0 ? [] : [`exceptions are active: ${some(active.map(({ name }) => name))}`]),
        ...(living.length === 0 ? [] : [`let in by exceptions: ${some(living)}`]),
      ];
    },
    active: (boundary) => activeFor(boundary).length,
  };
}

const some = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;

/** Of a marked policy what narrowing needs; of all others nothing is kept. */
function onlyMarked(policy: JsonObject): JsonObject | undefined {
  const mark = writtenMark(policy);
  if (mark === undefined) return undefined;
  const metadata = ownAt(policy, 'metadata');
  const of = (key: string): unknown => ownAt(metadata, key);
  return {
    metadata: {
      name: of('name'),
      namespace: of('namespace'),
      resourceVersion: of('resourceVersion'),
      annotations: { [markAnnotation]: mark },
    },
    spec: own(policy, 'spec'),
  };
}

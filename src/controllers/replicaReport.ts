/** Tells the other replicas what this one decides by and serves: a Lease of its own, renewed while it lives and deleted when it leaves. */
import { sameJson } from '../k8s/jsonEqual.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Api, Asked } from './api.ts';
import { apply } from './api.ts';
import type { Timing } from './timing.ts';

/** What a replica says of itself; what it does not know yet is left out. */
export interface Report {
  /** The hash of the rules that it decides by. */
  readonly rulesHash?: string;
  /** The SHA-256 fingerprint of the certificate that it serves. */
  readonly certificate?: string;
}

export interface ReplicaReportOptions {
  readonly api: Api;
  readonly timing: Timing;
  readonly date: () => Date;
  /** The namespace of the Leases. */
  readonly namespace: string;
  /** The name of the pod, or one that no other replica has. */
  readonly name: string;
  readonly report: () => Report;
  readonly failed: (message: string) => void;
}

export interface ReplicaReport {
  /** Reports until `signal` is aborted, then deletes the Lease; resolves when that is done. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Has what differs from the last report written at once. */
  readonly changed: () => void;
}

/** The label that all Leases of replicas carry, and its value. */
export const replicaLabel = { key: 'bulkhead.dev/lease', value: 'replica' } as const;
/** Annotations of a Lease. */
export const reportedKeys = {
  rulesHash: 'bulkhead.dev/rules',
  certificate: 'bulkhead.dev/certificate',
} as const;
/** Whoever was silent for this long is not counted any more: long after it failed readiness, for it heard nothing of the cluster either. */
export const goneMillis = 90_000;

const renewMillis = 10_000;
const retryMillis = 2_000;
const leaveMillis = 2_000;

export const leasesPath = (namespace: string): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

/** The name of a replica's Lease: that of its pod after a prefix, in the letters that a name may have. */
export const leaseName = (replica: string): string =>
  `bulkhead-replica-${replica.toLowerCase().replaceAll(/[^a-z0-9-]+/g, '-')}`
    .slice(0, 200)
    .replace(/-+$/, '');

export function replicaReport(options: ReplicaReportOptions): ReplicaReport {
  const { api, timing, date, namespace, report, failed } = options;
  const name = leaseName(options.name);
  const path = `${leasesPath(namespace)}/${name}`;
  let last: Report | undefined;
  const isTold = (): boolean => last !== undefined && sameJson(annotationsOf(report()), annotationsOf(last));
  let wake: () => void = () => undefined;

  const write = async (told: Report): Promise<Asked> =>
    apply(api, path, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace,
        labels: { [replicaLabel.key]: replicaLabel.value },
        annotations: annotationsOf(told),
      },
      spec: {
        holderIdentity: options.name,
        leaseDurationSeconds: goneMillis / 1000,
        renewTime: date().toISOString().replace('Z', '000Z'),
      },
    });

  return {
    changed: () => {
      if (!isTold()) wake();
    },
    run: async (signal) => {
      while (!signal.aborted) {
        const woken = new AbortController();
        wake = () => woken.abort();
        const told = report();
        const asked = await write(told);
        if (asked.ok) {
          last = told;
          // What changed meanwhile was compared with the report before this one.
          if (!isTold()) wake();
        } else failed(asked.failure.message);
        await timing.pause(asked.ok ? renewMillis : retryMillis, AbortSignal.any([signal, woken.signal]));
      }
      await api.ask({ method: 'DELETE', path, deadlineMillis: leaveMillis });
    },
  };
}

const annotationsOf = ({ rulesHash, certificate }: Report): JsonObject => ({
  ...(rulesHash === undefined ? {} : { [reportedKeys.rulesHash]: rulesHash }),
  ...(certificate === undefined ? {} : { [reportedKeys.certificate]: certificate }),
});

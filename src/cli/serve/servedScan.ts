/** The scan that `serve` makes while it leads: what is stored, by the rules in force, slowly enough that requests do not wait for it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Rules } from '../../admission/rules.ts';
import type { Finding } from '../../admission/scanning/finding.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { ExceptionCopy } from '../../cluster/exceptionCopy.ts';
import { processTiming } from '../../cluster/timing.ts';
import { describe } from '../../config/issue.ts';
import type { Gap } from '../../controllers/outside.ts';
import { sharedScan } from '../../controllers/sharedScan.ts';
import { scanFor } from '../scan/live.ts';

/** Answers with a scan that began at `since` or later; without it, with one that is under way. `namespaces` are those that exist and take what is new. */
export type ServedScan = (since?: number) => Promise<
  | {
      readonly ok: true;
      readonly findings: readonly Finding[];
      readonly gaps: readonly Gap[];
      readonly namespaces: ReadonlySet<string>;
    }
  | { readonly ok: false; readonly message: string }
>;

const unseen = { show: () => undefined, end: () => undefined };
/** Smaller than an API server would like: reading a page is one piece of work. */
const pageSize = 100;
/** After so much work at once requests have their turn, and four times as long: a scan takes a fifth of the thread at most. */
const workMillis = 5;
const restFactor = 4;

export function servedScan(cluster: Cluster, rules: () => Rules, exceptions: ExceptionCopy): ServedScan {
  const scan = async (by: Rules): ReturnType<ServedScan> => {
    // Where exceptions are not known none counts, and what they let in would be told as outside.
    if (!exceptions.certain()) return { ok: false, message: 'the exceptions are not known yet' };
    const manner = { progress: unseen, pageSize, rest: resting(), exceptionsOf: exceptions.of };
    const { findings, issues, unreachable } = await scanFor(cluster.api, by, manner);
    // A part that cannot be listed (a kind of a guardrail) does not keep the rest from being told.
    if (unreachable) return { ok: false, message: issues.map(describe).slice(0, 3).join('; ') };
    const gaps = issues.map((issue) => ({
      message: describe(issue),
      ...(issue.about === undefined ? {} : { kind: issue.about }),
    }));
    const living = [...cluster.view().known()].filter(({ terminating }) => !terminating);
    const namespaces = new Set(living.map(({ name }) => name));
    return { ok: true, findings, gaps, namespaces };
  };

  const shared = sharedScan(scan, processTiming);
  return (since) => shared(rules(), since);
}

/** Says when to rest. */
function resting(): () => Promise<void> | undefined {
  let begun = performance.now();
  return () => {
    const worked = performance.now() - begun;
    if (worked < workMillis) return undefined;
    return delay(worked * restFactor).then(() => {
      begun = performance.now();
    });
  };
}

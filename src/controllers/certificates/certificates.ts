/** Keeps the authority and the serving certificate of a Secret: made at the first start, renewed in time, the authority replaced in four phases. */
import { stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { Api } from '../api.ts';
import { apply, isGone } from '../api.ts';
import { right } from '../controller.ts';
import type { Controller, Reconciled } from '../controller.ts';
import type { Replicas } from '../replicas.ts';
import type { Stored } from '../surroundings.ts';
import type { Timing } from '../timing.ts';
import { fingerprints, isFor, read, requestOf, written } from './held.ts';
import type { Held } from './held.ts';
import { lasting } from './lasting.ts';
import { recalling } from './recall.ts';
import { bundlesOf, servedByAll, trustedByAll } from './registered.ts';
import { nextStep } from './step.ts';
import type { Known } from './step.ts';
import { taken } from './taken.ts';
import type { Mint } from './taken.ts';

export interface CertificatesOptions {
  readonly api: Api;
  readonly timing: Timing;
  readonly date: () => Date;
  readonly mint: Mint;
  /** Where they are kept. */
  readonly namespace: string;
  readonly name: string;
  /** A copy of Secrets in which that one is, by `NAMESPACE/NAME`. */
  readonly stored: Pick<Stored, 'get' | 'listed'>;
  /** What the serving certificate must be valid for. */
  readonly names: readonly string[];
  readonly settleMillis: number;
  /** Copies of the webhook configurations that trust the authority; undefined where this process registers none. */
  readonly registered: (() => readonly JsonObject[] | undefined) | undefined;
  /** The same, asked of the API server itself. */
  readonly registeredNow: () => Promise<readonly unknown[] | undefined>;
  readonly replicas: Replicas;
  /** Told, once each, what is waited for. */
  readonly waiting: (what: string) => void;
}

export interface Certificates extends Controller {
  /** The Secret, a webhook configuration or the report of a replica changed: to be told at once. */
  readonly changed: () => void;
  /** What is held, as far as it is known here. */
  readonly held: () => Held | undefined;
}

const askMillis = 10_000;
const lookMillis = 1_000;
const conflictMillis = 500;

/** One key: the Secret. Any replica may ask what is held; only a leader writes. */
export function certificates(options: CertificatesOptions): Certificates {
  const { api, timing, date, mint, namespace, name, stored, names, replicas } = options;
  const key = `${namespace}/${name}`;
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const trusted = lasting(timing);
  const served = lasting(timing);
  /** The last that was good: it is written back where the Secret is lost. */
  let remembered: Held | undefined;
  let told = '';
  const heldIn = recalling(read, 2);
  const authoritiesIn = recalling(
    (caBundle: string) => fingerprints(Buffer.from(caBundle, 'base64').toString()),
    8,
  );
  const trustedBy = (configurations: readonly unknown[]): readonly ReadonlySet<string>[] =>
    bundlesOf(configurations).map(authoritiesIn);

  const look = (): void => {
    const configurations = options.registered?.();
    trusted.see(configurations === undefined ? undefined : trustedByAll(trustedBy(configurations)));
    served.see(servedByAll(replicas.living()));
    remembered = heldIn(stored.get(key)) ?? remembered;
  };

  const known = (held: Held | undefined, secret: unknown): Known => ({
    now: date().getTime(),
    named: held !== undefined && isFor(held.serving, names),
    request: requestOf(secret),
    trustedFor: trusted.lastedFor,
    trustsOnly: (authority) => {
      const configurations = options.registered?.();
      if (configurations === undefined) return false;
      return trustedBy(configurations).every((one) => one.size === 1 && one.has(authority));
    },
    servedFor: served.lastedFor,
    settleMillis: options.settleMillis,
  });

  const write = async (held: Held, secret: unknown, why: string): Promise<Reconciled> => {
    const version = stringAt(secret, 'metadata', 'resourceVersion');
    const { annotations, data } = written(held);
    const asked = await apply(api, path, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace,
        annotations,
        ...(version === undefined ? {} : { resourceVersion: version }),
      },
      data,
    });
    // Somebody else was faster, or our copy is older than what we wrote ourselves.
    if (!asked.ok && asked.status === 409) return { outcome: 'again', afterMillis: conflictMillis };
    if (!asked.ok) return { outcome: 'failed', ...asked.failure };
    remembered = held;
    told = '';
    return { outcome: 'written', what: `certificates of Secret ${key}: ${held.phase}, for ${why}` };
  };

  /** The Secret as it is stored. What the copy lacks is asked for: it may just be late, and nothing must be made twice. */
  const current = async (): Promise<{ readonly secret: unknown } | Reconciled> => {
    const copied = stored.get(key);
    if (copied !== undefined) return { secret: copied };
    const asked = await api.ask({ path, deadlineMillis: askMillis });
    if (asked.ok) return { secret: asked.body };
    return isGone(asked) ? { secret: undefined } : { outcome: 'failed', ...asked.failure };
  };

  /** Asked before anything is served that not everybody might trust: a copy may be late. */
  const areTrusting = async (held: Held): Promise<boolean> => {
    if (held.phase !== 'Adding' || date().getTime() >= held.authority.notAfter) return true;
    const now = await options.registeredNow();
    return now !== undefined && trustedBy(now).every((one) => one.has(held.next.fingerprint));
  };

  return {
    name: 'certificates',
    keys: () => [key],
    changed: look,
    held: () => remembered,
    reconcile: async (_key, signal) => {
      if (!stored.listed()) return { outcome: 'again', afterMillis: 200 };
      look();
      const found = await current();
      if (!('secret' in found)) return found;
      const { secret } = found;
      const held = heldIn(secret);
      if (held === undefined && remembered !== undefined && date().getTime() < remembered.authority.notAfter)
        return signal.aborted ? right : write(remembered, secret, 'it was lost and is written back');
      const facts = known(held, secret);
      const { step, why } = nextStep(held, facts);
      if (step === 'wait') {
        const what = `certificates of Secret ${key}: ${held?.phase ?? ''}: ${why}`;
        if (held?.phase === 'Stable') return right;
        if (what !== told) options.waiting(what);
        told = what;
        return { outcome: 'again', afterMillis: lookMillis };
      }
      if (step === 'switch' && held !== undefined && !(await areTrusting(held)))
        return { outcome: 'again', afterMillis: lookMillis };
      const meant = await taken(held, step, { mint, names, now: date(), request: facts.request });
      return signal.aborted ? right : write(meant, secret, why);
    },
  };
}

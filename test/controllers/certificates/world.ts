// A cluster of our own in which certificates rotate: one Secret, two webhook configurations, Leases, replicas that see all of it late, and a clock.
import { X509Certificate } from 'node:crypto';
import type { Api, Asked } from '../../../src/controllers/api.ts';
import { certificates } from '../../../src/controllers/certificates/certificates.ts';
import type { Certificates } from '../../../src/controllers/certificates/certificates.ts';
import { pairAt, read, requestKey, trusted } from '../../../src/controllers/certificates/held.ts';
import type { Held, Pair } from '../../../src/controllers/certificates/held.ts';
import { recalling } from '../../../src/controllers/certificates/recall.ts';
import { replicas } from '../../../src/controllers/replicas.ts';
import { isObject, ownAt, stringAt } from '../../../src/k8s/json.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';
import { makeAuthority, makeServing } from '../../../src/server/tls/issue.ts';

export const second = 1_000;
export const day = 24 * 60 * 60 * second;
/** How long API servers keep a caBundle and connections. */
export const staleMillis = 90 * second;
/** A replica that heard nothing for longer than this is not ready, so nobody is sent to it. */
const unreadyMillis = 60 * second;
const goneKey = 'walls/certificates';

/** All values that something has had, with the time from which each was in force. */
interface History<T> {
  readonly all: { readonly at: number; readonly value: T }[];
}
const asOf = <T>({ all }: History<T>, time: number): T | undefined =>
  all.findLast(({ at }) => at <= time)?.value;

export interface Replica {
  readonly name: string;
  readonly bornAt: number;
  /** How late it sees what is stored, and how far its wall clock is off. */
  readonly lagMillis: number;
  readonly skewMillis: number;
  /** Since when it hears nothing and is not heard. */
  cutAt: number | undefined;
  serving: Pair | undefined;
  reported: string | undefined;
  reportedAt: number;
}

interface Leader {
  readonly replica: Replica;
  readonly controller: Certificates;
  /** A caBundle that was read and is about to be written, as a slow registration does. */
  readonly writing: Map<number, { readonly bundle: string; readonly at: number }>;
}

/** Whom a caBundle turned away. */
export interface Broken {
  readonly at: number;
  readonly replica: string;
  readonly why: string;
}

export class World {
  now = 0;
  /** Where the calendar begins. */
  private readonly epoch = Date.parse('2026-11-21T00:00:00Z');
  readonly secret: History<JsonObject | undefined> = { all: [] };
  readonly bundles: readonly History<string>[] = [{ all: [] }, { all: [] }];
  private readonly leases = new Map<string, History<JsonObject | undefined>>();
  readonly living: Replica[] = [];
  leader: Leader | undefined;
  /** Leaders that do not know yet that they are none any more. */
  private doubted: readonly { readonly leader: Leader; readonly until: number }[] = [];
  readonly phases: string[] = [];
  readonly broken: Broken[] = [];
  private version = 0;
  private count = 0;
  private readonly verified = new Map<string, boolean>();
  readonly settleMillis: number;
  private readonly heldIn = recalling(read, 2);
  /** What the configuration of the next leader says. */
  names: readonly string[] = ['bulkhead.walls.svc'];

  constructor(settleMillis: number) {
    this.settleMillis = settleMillis;
  }

  readonly date = (skewMillis = 0): Date => new Date(this.epoch + this.now + skewMillis);
  readonly held = (): Held | undefined => this.heldIn(this.secret.all.at(-1)?.value);

  start(lagMillis: number, skewMillis: number): Replica {
    this.count += 1;
    const replica: Replica = {
      name: `replica-${this.count}`,
      bornAt: this.now,
      lagMillis,
      skewMillis,
      cutAt: undefined,
      // Whoever starts lists the Secret first.
      serving: pairOf(this.secret.all.at(-1)?.value),
      reported: undefined,
      reportedAt: -Infinity,
    };
    this.living.push(replica);
    return replica;
  }

  /** Ends it without a word: its Lease stays. */
  kill(replica: Replica): void {
    this.living.splice(this.living.indexOf(replica), 1);
    if (this.leader?.replica === replica) this.leader = undefined;
    this.doubted = this.doubted.filter(({ leader }) => leader.replica !== replica);
  }

  /** Another may lead from now on, while this one goes on to write for a while. */
  doubt(millis: number): void {
    if (this.leader === undefined) return;
    this.doubted = [...this.doubted, { leader: this.leader, until: this.now + millis }];
    this.leader = undefined;
  }

  /** Everything that a replica sees is as old as this. */
  private seenAt({ bornAt, lagMillis, cutAt }: Replica): number {
    return Math.max(bornAt, Math.min(this.now, cutAt ?? Infinity) - lagMillis);
  }

  lead(replica: Replica): void {
    const stored = (key: string): JsonObject | undefined => {
      const history = key === goneKey ? this.secret : this.leases.get(key);
      return history === undefined ? undefined : asOf(history, this.seenAt(replica));
    };
    const timing = { now: () => this.now, random: () => 0.5, pause: () => Promise.resolve() };
    const configurations = (at: number): readonly JsonObject[] =>
      this.bundles.flatMap((history) => {
        const bundle = asOf(history, at);
        const caBundle = Buffer.from(bundle ?? '').toString('base64');
        return bundle === undefined ? [] : [{ webhooks: [{ clientConfig: { caBundle } }] }];
      });
    const controller = certificates({
      api: this.api,
      timing,
      date: () => this.date(replica.skewMillis),
      mint: {
        authority: (now, days) => makeAuthority('Authority', now, days),
        serving: (authority, all, now, days) => makeServing(authority, 'bulkhead', all, now, days),
      },
      namespace: 'walls',
      name: 'certificates',
      stored: { get: stored, listed: () => true },
      names: this.names,
      settleMillis: this.settleMillis,
      registered: () => configurations(this.seenAt(replica)),
      registeredNow: () => Promise.resolve(configurations(this.now)),
      replicas: replicas(
        { get: stored, keys: () => [...this.leases.keys()].filter((key) => stored(key)), listed: () => true },
        timing,
      ),
      waiting: () => undefined,
    });
    this.leader = { replica, controller, writing: new Map() };
  }

  private put(object: JsonObject | undefined): void {
    this.secret.all.push({ at: this.now, value: object });
    const phase = stringAt(ownAt(object, 'metadata', 'annotations'), 'bulkhead.dev/phase');
    if (phase !== undefined && this.phases.at(-1) !== phase) this.phases.push(phase);
  }

  private readonly api: Api = {
    ask: ({ method = 'GET', body }) => {
      const refused = (status: number, reason: string): Asked => ({
        ok: false,
        status,
        failure: { code: 'cluster.refused', message: reason },
        body: { kind: 'Status', reason },
      });
      const stored = this.secret.all.at(-1)?.value;
      if (method === 'GET')
        return Promise.resolve(stored === undefined ? refused(404, 'NotFound') : { ok: true, body: stored });
      const meant = isObject(body) ? body : {};
      const version = stringAt(meant, 'metadata', 'resourceVersion');
      const conflict = version !== undefined && version !== stringAt(stored, 'metadata', 'resourceVersion');
      if (conflict) return Promise.resolve(refused(409, 'Conflict'));
      this.version += 1;
      const request = stringAt(ownAt(stored, 'metadata', 'annotations'), requestKey);
      const metadata = ownAt(meant, 'metadata');
      const annotations = ownAt(metadata, 'annotations');
      const object = {
        ...meant,
        metadata: {
          ...(isObject(metadata) ? metadata : {}),
          annotations: {
            ...(isObject(annotations) ? annotations : {}),
            ...(request === undefined ? {} : { [requestKey]: request }),
          },
          resourceVersion: String(this.version),
        },
      };
      this.put(object);
      return Promise.resolve({ ok: true, body: object });
    },
  };

  /** Somebody asks for a new authority, with kubectl. */
  request(text: string): void {
    const object = this.secret.all.at(-1)?.value;
    const metadata = ownAt(object, 'metadata');
    const annotations = ownAt(metadata, 'annotations');
    this.version += 1;
    this.put({
      ...object,
      metadata: {
        ...(isObject(metadata) ? metadata : {}),
        annotations: { ...(isObject(annotations) ? annotations : {}), [requestKey]: text },
        resourceVersion: String(this.version),
      },
    });
  }

  lose(): void {
    this.put(undefined);
  }

  /** Lets time pass, then everybody do what they do. `slowness` is how long registrations take to write what they have read. */
  async tick(millis: number, slowness: number): Promise<void> {
    this.now += millis;
    for (const replica of this.living) this.follow(replica);
    this.doubted = this.doubted.filter(({ until }) => until > this.now);
    const leading = [
      ...(this.leader === undefined ? [] : [this.leader]),
      ...this.doubted.map(({ leader }) => leader),
    ];
    for (const leader of leading.filter(({ replica }) => replica.cutAt === undefined)) {
      leader.controller.changed();
      await leader.controller.reconcile(goneKey, new AbortController().signal);
      this.register(leader, slowness);
    }
    this.check();
  }

  private follow(replica: Replica): void {
    replica.serving = pairOf(asOf(this.secret, this.seenAt(replica))) ?? replica.serving;
    if (replica.cutAt !== undefined || replica.serving === undefined) return;
    const certificate = fingerprint(replica.serving.certificate);
    if (replica.reported === certificate && this.now - replica.reportedAt < 10 * second) return;
    replica.reported = certificate;
    replica.reportedAt = this.now;
    this.version += 1;
    const key = `walls/${replica.name}`;
    const history = this.leases.get(key) ?? { all: [] };
    this.leases.set(key, history);
    const annotations = { 'bulkhead.dev/certificate': certificate };
    const metadata = { resourceVersion: String(this.version), annotations };
    history.all.push({ at: this.now, value: { metadata, spec: { holderIdentity: replica.name } } });
  }

  /** As the registration controller: reads what is stored, asks whether somebody answers, writes a little later. */
  private register({ writing }: Leader, slowness: number): void {
    const held = this.held();
    this.bundles.forEach((history, index) => {
      const waiting = writing.get(index);
      if (waiting !== undefined && waiting.at <= this.now) {
        writing.delete(index);
        if (history.all.at(-1)?.value !== waiting.bundle)
          history.all.push({ at: this.now, value: waiting.bundle });
      }
      if (held === undefined || writing.has(index)) return;
      const bundle = trusted(held);
      if (history.all.at(-1)?.value !== bundle)
        writing.set(index, { bundle, at: this.now + slowness * (index + 1) });
    });
  }

  /** Whoever holds a caBundle that was in force in the last 90 s must trust every replica that is ready. */
  private check(): void {
    for (const replica of this.living) {
      const { serving } = replica;
      if (serving === undefined || this.now - this.seenAt(replica) > unreadyMillis) continue;
      for (const { all } of this.bundles)
        for (const [index, { value }] of all.entries()) {
          const until = all[index + 1]?.at ?? Infinity;
          if (until <= this.now - staleMillis) continue;
          const why = this.complaint(serving.certificate, value);
          if (why !== undefined) this.broken.push({ at: this.now, replica: replica.name, why });
        }
    }
  }

  private complaint(certificate: string, bundle: string): string | undefined {
    const key = `${fingerprint(certificate)} ${bundle}`;
    const known = this.verified.get(key);
    const trusts = known ?? isTrusted(certificate, bundle);
    this.verified.set(key, trusts);
    if (!trusts) return 'it is not trusted';
    const { notBefore, notAfter } = times(certificate);
    const now = this.date().getTime();
    return now < notBefore ? 'it is not valid yet' : now > notAfter ? 'it has expired' : undefined;
  }
}

const pairs = new WeakMap<JsonObject, Pair | undefined>();
function pairOf(secret: JsonObject | undefined): Pair | undefined {
  if (secret === undefined) return undefined;
  if (!pairs.has(secret)) pairs.set(secret, pairAt(secret, 'tls'));
  return pairs.get(secret);
}

const parsed = new Map<string, X509Certificate>();
function x509(pem: string): X509Certificate {
  const known = parsed.get(pem) ?? new X509Certificate(pem);
  parsed.set(pem, known);
  return known;
}
const fingerprint = (pem: string): string => x509(pem).fingerprint256;
const times = (pem: string): { readonly notBefore: number; readonly notAfter: number } => ({
  notBefore: Date.parse(x509(pem).validFrom),
  notAfter: Date.parse(x509(pem).validTo),
});

function isTrusted(certificate: string, bundle: string): boolean {
  const authorities = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return authorities.some((one) => x509(certificate).verify(x509(one).publicKey));
}

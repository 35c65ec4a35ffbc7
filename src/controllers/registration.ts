/** Keeps both webhook configurations as the rules in force want them: registered once Bulkhead answers, repaired when somebody changes or deletes them. */
import type { Endpoint } from '../admission/registration/endpoint.ts';
import { webhookConfigurations } from '../admission/registration/webhookConfigurations.ts';
import type { Rules } from '../admission/rules.ts';
import { describe } from '../config/issue.ts';
import type { Read } from '../config/issue.ts';
import { isObject, listAt, ownAt, stringAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import { sameJson } from '../k8s/jsonEqual.ts';
import type { Api, Asked } from './api.ts';
import { apply, replace } from './api.ts';
import { right } from './controller.ts';
import type { Controller } from './controller.ts';
import type { Pace } from './pace.ts';
import type { Stored } from './surroundings.ts';

export const registrationPaths = {
  ValidatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  MutatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
} as const;

type Kind = keyof typeof registrationPaths;
const kinds: readonly Kind[] = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'];

export interface RegistrationOptions {
  readonly api: Api;
  /** Its own: whoever undoes what is repaired, again and again, must not keep others from writing. */
  readonly pace: Pace;
  /** The name of both configurations. */
  readonly name: string;
  readonly rules: () => Rules;
  /** Where API servers find Bulkhead and whom they trust; read at each look, for authorities are replaced. */
  readonly endpoint: () => Promise<Read<Endpoint>>;
  /** Why nobody answers there; undefined where somebody does. */
  readonly answering: (endpoint: Endpoint) => Promise<string | undefined>;
  /** Copies of both kinds that hold nothing but the objects of that name; `age` in milliseconds, undefined before the first list. */
  readonly stored: Readonly<Record<Kind, Stored & { readonly age: () => number | undefined }>>;
}

/** In a copy that is older nobody sees what was done to a configuration since. */
const staleMillis = 60_000;

export interface Registration extends Controller {
  /** What the stored configurations lack, in words; empty where both are as they should be. */
  readonly lacking: () => readonly string[];
}

/** One key a kind. Nothing is ever deleted: a stopped Bulkhead must not open what it guards. */
export function registration(options: RegistrationOptions): Registration {
  const { api, pace, name, rules, endpoint, answering, stored } = options;
  let last: Endpoint | undefined;

  const wanted = (kind: string, at: Endpoint): JsonObject | undefined =>
    webhookConfigurations(rules(), at, name)
      .map((one) => asJson(one))
      .find((one) => stringAt(one, 'kind') === kind);

  return {
    name: 'registration',
    keys: () => kinds,
    reconcile: async (key, signal) => {
      const kind = kinds.find((one) => one === key);
      if (kind === undefined) return right;
      if (!stored[kind].listed()) return { outcome: 'again', afterMillis: 200 };
      const read = await endpoint();
      if (!read.ok) return { outcome: 'failed', message: read.issues.map(describe).join('; ') };
      last = read.value;
      const meant = wanted(kind, read.value);
      const there = stored[kind].get(name);
      if (meant === undefined || isAs(there, meant)) return right;
      const silence = await answering(read.value);
      if (silence !== undefined) return { outcome: 'failed', message: `not registered yet: ${silence}` };
      await pace.take(signal);
      if (signal.aborted) return right;
      const asked = await write(api, `${registrationPaths[kind]}/${name}`, meant);
      return asked.ok
        ? { outcome: 'written', what: `${kind} ${name}` }
        : { outcome: 'failed', ...asked.failure };
    },
    lacking: () =>
      kinds.flatMap((kind) => {
        const there = stored[kind].get(name);
        if ((stored[kind].age() ?? 0) > staleMillis)
          return [
            `whether the ${kind} ${name} is as the rules want it is not known: it was last heard of too long ago`,
          ];
        if (there === undefined) return [`the ${kind} ${name} is not registered`];
        const meant = last === undefined ? undefined : wanted(kind, last);
        return isAs(there, meant) ? [] : [`the ${kind} ${name} is not as the rules want it`];
      }),
  };
}

/**
 * Server-side apply leaves alone what others added: an entry that sends requests elsewhere, a condition that lets everything through. Where something
 * of that kind is left, the whole object is replaced, on condition that nobody changed it in between.
 */
async function write(api: Api, path: string, meant: JsonObject): Promise<Asked> {
  const applied = await apply(api, path, withSelectors(meant));
  if (!applied.ok || isAs(applied.body, meant) || !isObject(applied.body)) return applied;
  return replace(api, path, { ...applied.body, webhooks: listAt(withSelectors(meant), 'webhooks') });
}

/** Selectors are written even where they select everything, so that one that somebody adds is taken away again. */
const withSelectors = (meant: JsonObject): JsonObject => ({
  ...meant,
  webhooks: listAt(meant, 'webhooks').map((entry) => ({
    namespaceSelector: {},
    objectSelector: {},
    ...(isObject(entry) ? entry : {}),
  })),
});

/** Claims that what is stored says what is meant: the same entries in the same order, and the hash of the rules that they are for. */
function isAs(there: unknown, meant: JsonObject | undefined): boolean {
  if (there === undefined || meant === undefined) return false;
  const hash = (object: unknown): unknown => ownAt(object, 'metadata', 'annotations', 'bulkhead.dev/rules');
  const entries = (object: unknown): unknown => listAt(object, 'webhooks').map(withoutDefaults);
  return hash(there) === hash(meant) && sameJson(entries(there), entries(meant));
}

/** An entry without what the API server writes where nothing was said. */
function withoutDefaults(entry: unknown): unknown {
  if (!isObject(entry)) return entry;
  const isDefault = ([key, value]: readonly [string, unknown]): boolean =>
    (key === 'namespaceSelector' || key === 'objectSelector') &&
    isObject(value) &&
    Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(entry).filter((pair) => !isDefault(pair)));
}

/** What is built, as the API server would read it. */
function asJson(value: object): JsonObject {
  const read: unknown = JSON.parse(JSON.stringify(value));
  return isObject(read) ? read : {};
}

// A cluster in memory for the tests of controllers: rules, namespaces and floors as they are said to be, an API server that keeps what is applied.
import { compileRules } from '../../src/admission/rules.ts';
import type { Rules } from '../../src/admission/rules.ts';
import { assemble } from '../../src/config/load.ts';
import type { Issue } from '../../src/config/issue.ts';
import type { Api, Asked } from '../../src/controllers/api.ts';
import { startControllers } from '../../src/controllers/controllers.ts';
import type { Controllers, ControllersOptions } from '../../src/controllers/controllers.ts';
import type { Rollout, Stored, Surroundings } from '../../src/controllers/surroundings.ts';
import { isObject, ownAt, stringAt } from '../../src/k8s/json.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import type { NamespaceFacts } from '../../src/k8s/namespaceFacts.ts';
import { clock } from './clock.ts';
import type { Clock } from './clock.ts';

const configured = assemble(undefined, { environment: {} });
if (!configured.ok) throw new Error('the defaults are sound');
export const { config } = configured.value;

const nowhere = { line: 1, column: 1 } as const;

export const stored = (kind: string, name: string, spec: object): JsonObject => ({
  apiVersion: 'bulkhead.dev/v1alpha1',
  kind,
  metadata: { name, generation: 1, uid: `uid-of-${name}` },
  spec,
});

/** Compiled from objects as they are stored in a cluster. */
export function rulesOf(...objects: readonly JsonObject[]): Rules {
  const documents = objects.map(({ apiVersion, kind, metadata, spec }) => {
    const name = stringAt(metadata, 'name') ?? '';
    const value = { apiVersion, kind, metadata: { name }, spec };
    return { value, file: `cluster:${String(kind)}/${name}`, positionOf: () => nowhere };
  });
  const read = compileRules(documents, config);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.value;
}

export const namespace = (name: string, labels: Readonly<Record<string, string>>): NamespaceFacts => ({
  name,
  labels: new Map(Object.entries(labels)),
  terminating: false,
});

/** A floor that isolates everything and allows nothing. */
export const shutFloor: JsonObject = {
  metadata: { name: 'bulkhead-floor', labels: { 'app.kubernetes.io/managed-by': 'bulkhead' } },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
};

/** What is there; a test changes it and then tells the controllers. */
export interface There {
  rules: Rules;
  issues: readonly Issue[];
  namespaces: readonly NamespaceFacts[];
  isFresh: boolean;
  rollout: Rollout;
  readonly floors: Map<string, JsonObject>;
  readonly boundaries: Map<string, JsonObject>;
  readonly guardrails: Map<string, JsonObject>;
  /** Of the copy of records, in milliseconds. */
  recordsAge: number;
  /** Claims that the copy of floors is young enough to be believed. */
  areFloorsKnown: boolean;
}

export interface Home {
  readonly there: There;
  readonly time: Clock;
  readonly controllers: Controllers;
  /** What was applied, by path without its query. */
  readonly applied: Map<string, JsonObject>;
  readonly stop: () => Promise<void>;
}

const copyOf = (objects: ReadonlyMap<string, JsonObject>): Stored => ({
  get: (key) => objects.get(key),
  keys: () => [...objects.keys()],
  listed: () => true,
  served: () => true,
});

export interface HomeOptions extends Partial<Pick<ControllersOptions, 'further' | 'more'>> {
  readonly there: Partial<There> & Pick<There, 'rules'>;
  /** Answers in the place of the API server; undefined where it is to answer itself. */
  readonly answer?: (path: string, time: Clock) => Promise<Asked> | undefined;
}

/** Starts the controllers; they lead at once. */
export function home({ there: given, answer, ...options }: HomeOptions): Home {
  const time = clock();
  const there: There = {
    issues: [],
    namespaces: [],
    isFresh: true,
    rollout: { inForce: true, waitingFor: [] },
    floors: new Map(),
    boundaries: new Map(),
    guardrails: new Map(),
    recordsAge: 0,
    areFloorsKnown: true,
    ...given,
  };
  const applied = new Map<string, JsonObject>();
  const api: Api = {
    ask: ({ method = 'GET', path, body }) => {
      const [bare = ''] = path.split('?');
      const other = answer?.(bare, time);
      if (other !== undefined) return other;
      if (method === 'GET')
        return Promise.resolve({
          ok: false,
          status: 404,
          failure: { code: 'x', message: 'not found' },
          body: { kind: 'Status' },
        });
      if (isObject(body)) applied.set(bare, body);
      return Promise.resolve({ ok: true, body });
    },
  };
  const around: Surroundings = {
    rules: () => there.rules,
    issues: () => there.issues,
    namespaces: () => ({
      lookup: (name) => there.namespaces.find((one) => one.name === name) ?? 'unknown',
      known: () => there.namespaces,
    }),
    isFresh: () => there.isFresh,
    rollout: () => there.rollout,
    guardrails: copyOf(there.guardrails),
    floorOf: (name) => (there.areFloorsKnown ? (there.floors.get(name) ?? 'absent') : 'unknown'),
    records: { ...copyOf(new Map()), served: () => false, age: () => there.recordsAge },
    boundaries: copyOf(there.boundaries),
    gatedPods: copyOf(new Map()),
  };
  const controllers = startControllers({
    api,
    timing: time,
    date: () => new Date(time.now()),
    around,
    namespace: 'home',
    identity: 'me',
    onLeadership: () => undefined,
    observe: () => undefined,
    beginFollowing: () => undefined,
    ...options,
  });
  return {
    there,
    time,
    controllers,
    applied,
    stop: async () => {
      const stopped = controllers.stop();
      await time.pass(10_000);
      await stopped;
    },
  };
}

/** The status that was applied last. */
export const statusOf = ({ applied }: Home, plural: string, name: string): unknown =>
  ownAt(applied.get(`/apis/bulkhead.dev/v1alpha1/${plural}/${name}/status`), 'status');

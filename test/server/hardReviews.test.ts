/** A review that takes more than the main thread spends on one is decided in a worker: the same answer, byte for byte. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { promptBudget } from '../../src/admission/allowance.ts';
import type { World } from '../../src/admission/world.ts';
import { readSchema } from '../../src/config/readSchema.ts';
import { configuration } from '../../src/config/schema.ts';
import type { JsonObject } from '../../src/k8s/json.ts';
import type { LargeExtra, LargeSnapshot } from '../../src/server/largeReview.ts';
import { withWorkers } from '../../src/server/largeReviewer.ts';
import { settled } from '../../src/server/review.ts';
import type { Door, Review } from '../../src/server/review.ts';
import { reviewer } from '../../src/server/reviewer.ts';
import type { ReviewerPorts } from '../../src/server/reviewer.ts';
import { createWorkers } from '../../src/server/workers.ts';
import { request, tenants, worldOf } from '../admission/scenario.ts';

const narrowing = tenants.replace('floor: {mode: Create}', 'floor: {mode: Create}\n  onExcess: Narrow');
const config = readSchema(configuration, {
  apiVersion: 'config.bulkhead.dev/v1alpha1',
  kind: 'Configuration',
});
if (!config.ok) throw new Error('the default configuration is sound');

interface Two {
  /** Decides everything at once, with the full budget. */
  readonly alone: Review;
  /** Decides at once what is easy, and the rest in a worker. */
  readonly together: Review;
  readonly handedOver: () => number;
  readonly close: () => Promise<void>;
}

function both(rules: string, entry = new URL('../../src/worker.ts', import.meta.url)): Two {
  const world = worldOf(rules);
  let handedOver = 0;
  const ports = (seen: () => World): ReviewerPorts => ({
    world: seen,
    decisionId: () => '01JDAAAAAAAAAAAAAAAAAAAAAA',
    clock: () => 0,
    told: () => undefined,
    failed: () => undefined,
  });
  const workers = createWorkers<LargeSnapshot, LargeExtra>({ entry, size: 1 });
  const snapshot = (): LargeSnapshot => ({
    sources: world.rules.sources,
    suspended: false,
    storedParams: world.rules.guardrails.storedParams,
    config: config.ok ? config.value : fail(),
    ownNamespace: undefined,
    namespaces: [...world.known()],
    exceptions: [],
    complete: true,
  });
  const prompt = ports(() => ({ ...world, budget: promptBudget, drawn: [] }));
  return {
    alone: reviewer(ports(() => world)),
    together: withWorkers(
      (beyond) =>
        reviewer({
          ...prompt,
          beyond: (...review) => {
            handedOver += 1;
            return beyond(...review);
          },
        }),
      { ...prompt, revision: () => 1, snapshot, workers },
    ),
    handedOver: () => handedOver,
    close: () => workers.close(),
  };
}

const fail = (): never => {
  throw new Error('not reached');
};

/** A policy of so many rules; `last` stands behind them. */
const policyOf = (rules: number, ...last: readonly JsonObject[]): JsonObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'many', namespace: 'payments' },
  spec: {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [
      ...Array.from({ length: rules }, (_, at) => ({
        to: [{ podSelector: { matchLabels: { app: `a${at}` } } }],
      })),
      ...last,
    ],
  },
});

function bodyOf(object: JsonObject): Buffer {
  const { uid, operation, user: userInfo, namespace, name } = request(object);
  return Buffer.from(
    JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        uid,
        operation,
        namespace,
        name,
        userInfo,
        object,
        oldObject: null,
        kind: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy' },
        resource: { group: 'networking.k8s.io', version: 'v1', resource: 'networkpolicies' },
      },
    }),
  );
}

const soon = (): number => Date.now() + 20_000;
const ask = async (review: Review, door: Door, object: JsonObject): Promise<string> => {
  const { status, body } = settled(await review(door, bodyOf(object), soon()));
  expect(status).toBe(200);
  return body.toString();
};

const elsewhere = { to: [{ namespaceSelector: { matchLabels: { 'bulkhead.dev/tenant': 'orders' } } }] };

describe.each([
  ['denies', tenants],
  ['narrows', narrowing],
])('a boundary that %s', (_name, rules) => {
  const two = both(rules);
  afterAll(two.close);

  test.each<[string, JsonObject, Door, boolean]>([
    ['a usual policy stays on the thread', policyOf(5), 'validate', false],
    ['a usual policy that is outside stays on the thread', policyOf(5, elsewhere), 'validate', false],
    ['a long policy', policyOf(promptBudget + 50), 'validate', true],
    ['a long policy that is outside', policyOf(promptBudget + 50, elsewhere), 'validate', true],
    ['a policy too large to be read stays on the thread', policyOf(2_100), 'validate', false],
  ])('%s', async (_case, object, door, isHard) => {
    const before = two.handedOver();
    const answer = await ask(two.together, door, object);
    expect(two.handedOver() - before).toBe(isHard ? 1 : 0);
    expect(answer).toBe(await ask(two.alone, door, object));
  });

  test('is mutated in the worker just the same', async () => {
    const long = policyOf(promptBudget + 50, elsewhere);
    const answer = await ask(two.together, 'mutate', long);
    expect(answer).toBe(await ask(two.alone, 'mutate', long));
    expect(answer.includes('"patch"')).toBe(rules === narrowing);
    expect(two.handedOver()).toBeGreaterThan(0);
  });
});

test('what takes more than the full budget is refused as unproven', async () => {
  const two = both(`${tenants}---${tenants.replace('name: tenants', 'name: second')}`);
  const long = policyOf(1_100);
  const answer = await ask(two.together, 'validate', long);
  expect(answer).toContain('too complex');
  expect(answer).toBe(await ask(two.alone, 'validate', long));
  expect(two.handedOver()).toBe(1);
  await two.close();
});

test('a worker that cannot start refuses with the uid, and nothing is allowed', async () => {
  const two = both(tenants, new URL('./noSuchFile.ts', import.meta.url));
  const answer: unknown = JSON.parse(await ask(two.together, 'validate', policyOf(promptBudget + 50)));
  expect(answer).toMatchObject({ response: { uid: 'a-uid', allowed: false, status: { code: 500 } } });
  await two.close();
});

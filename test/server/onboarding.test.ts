// A namespace comes under a label while the API server answers, fails or hangs: the review is answered in time, allowed, and says what was judged.
import { describe, expect, test } from '@jest/globals';
import { liveReads } from '../../src/cluster/liveReads.ts';
import { isObject, listAt, ownAt } from '../../src/k8s/json.ts';
import { settled } from '../../src/server/review.ts';
import type { Door } from '../../src/server/review.ts';
import { reviewer } from '../../src/server/reviewer.ts';
import { worldOf } from '../admission/scenario.ts';
import { json, withRoughServer } from '../cluster-unit/roughServer.ts';
import type { Handler } from '../cluster-unit/roughServer.ts';

const { rough, server } = withRoughServer();

const namespace = (labels: object): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'free', labels },
});
const addition = Buffer.from(
  JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: 'u-1',
      kind: { group: '', version: 'v1', kind: 'Namespace' },
      resource: { group: '', version: 'v1', resource: 'namespaces' },
      name: 'free',
      namespace: 'free',
      operation: 'UPDATE',
      userInfo: { username: 'root', groups: ['system:masters'] },
      object: namespace({ 'bulkhead.dev/tenant': 'payments' }),
      oldObject: namespace({}),
      dryRun: false,
      options: null,
    },
  }),
);

/** The answer's response, and how many milliseconds it took. */
async function answered(
  handler: Handler,
  clock = (): number => performance.now(),
  door: Door = 'validate',
): Promise<readonly [unknown, number]> {
  rough().answer(handler);
  const failures: unknown[] = [];
  const review = reviewer({
    world: () => worldOf(),
    live: liveReads(server()),
    decisionId: () => '01JDAAAAAAAAAAAAAAAAAAAAAA',
    clock,
    told: () => undefined,
    failed: (error) => failures.push(error),
  });
  const begun = performance.now();
  const { body } = settled(await review(door, addition, 5_000));
  expect(failures).toEqual([]);
  const parsed: unknown = JSON.parse(body.toString());
  if (!isObject(parsed)) throw new Error('no answer');
  return [ownAt(parsed, 'response'), performance.now() - begun];
}

const list = (items: readonly object[]): object => ({
  kind: 'List',
  metadata: { resourceVersion: '9' },
  items,
});
const open = (name: string): object => ({
  metadata: { name, namespace: 'free' },
  spec: { podSelector: {}, ingress: [{}] },
});
const holding =
  (policies: readonly object[]): Handler =>
  (asked, to) => {
    json(200, list(asked.url?.includes('/pods') === true ? [] : policies))(asked, to);
  };
const notJudged = 'what the namespace holds could not be read, so it was not judged; bulkhead scan tells it';

describe('the review', () => {
  test('tells what is stored and would be denied', async () => {
    const [response] = await answered(holding([open('open')]));
    expect(response).toMatchObject({
      allowed: true,
      warnings: [expect.stringMatching(/^stored NetworkPolicy open would be denied: /)],
      auditAnnotations: { decision: 'warned' },
    });
  });

  test('says how much was left where judging takes more than a second', async () => {
    let now = 0;
    const policies = Array.from({ length: 9 }, (_, at) => open(`open-${at}`));
    const [response] = await answered(holding(policies), () => (now += 200));
    const warnings = listAt(response, 'warnings');
    const left = Number(/^objects that were not judged: (\d) /.exec(String(warnings.at(-1)))?.[1]);
    expect(left).toBeGreaterThan(0);
    expect(warnings).toHaveLength(9 - left + 1);
    expect(response).toMatchObject({ allowed: true });
  });

  test('keeps nobody else waiting for long', async () => {
    const egress = Array.from({ length: 200 }, (_, at) => ({
      to: [{ podSelector: { matchLabels: { app: `a${at}` } } }],
    }));
    const policies = Array.from({ length: 100 }, (_, at) => ({
      metadata: { name: `long-${at}`, namespace: 'free' },
      spec: { podSelector: {}, policyTypes: ['Egress'], egress },
    }));
    let turns = 0;
    const seen: number[] = [];
    const count = setInterval(() => (turns += 1), 0);
    // Each look at the clock is a millisecond, so that a turn is given after every few objects.
    const [response] = await answered(holding(policies), () => seen.push(turns));
    clearInterval(count);
    expect(response).toMatchObject({ allowed: true });
    // The first look is before anything is read; the others are between objects.
    expect(new Set(seen.slice(1)).size).toBeGreaterThan(5);
  });

  test('is not asked at the mutating door', async () => {
    const [response] = await answered(holding([open('open')]), undefined, 'mutate');
    expect(ownAt(response, 'warnings')).toBeUndefined();
  });

  test('says that nothing was judged where the API server fails', async () => {
    const [response] = await answered(json(500, { kind: 'Status' }));
    expect(response).toMatchObject({ allowed: true, warnings: [notJudged] });
  });

  test('says so within its time where the API server hangs', async () => {
    const [response, millis] = await answered(() => undefined);
    expect(response).toMatchObject({ allowed: true, warnings: [notJudged] });
    expect(millis).toBeLessThan(4_000);
  });
});

// Plays all cases: records what the API server sends, puts the policies into force, asks both sides, and says where they differ.
import { setTimeout as delay } from 'node:timers/promises';
import { type JsonObject, isObject, ownAt, stringAt } from '../../../src/k8s/json.ts';
import type { Surroundings } from '../../../src/guardrail/surroundings.ts';
import type { ApiAnswer } from '../../cluster/apiCall.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { layout } from '../../cluster/files.ts';
import { auditEvents } from '../../cluster/auditLog.ts';
import { eventually } from '../../cluster/eventually.ts';
import type { Asked } from './case.ts';
import type { Aspect, Difference } from './differences.ts';
import { type Loaded, attributesOf, judged, loadOurs, mutated } from './ours.ts';
import type { Prepared } from './prepared.ts';
import { type Recorded, startRecorder } from './recorder.ts';
import { inForce, load, removePolicies, send, verdictOf } from './server.ts';
import { customResources, development, namespaces, parameters, production, suite } from './setting.ts';
import { type Verdict, comparable, withMark } from './verdict.ts';

/** What a run was: how many load decisions and verdicts were compared, and where they differ. */
export interface Played {
  readonly loads: number;
  readonly verdicts: number;
  readonly denials: number;
  readonly differences: readonly Difference[];
}

const post = async (cluster: Cluster, path: string, body: object): Promise<void> => {
  const { status, text } = await cluster.call('admin', path, { method: 'POST', body });
  if (status !== 201 && status !== 409) throw new Error(`${path}: ${text}`);
};

const collectionOf = (object: object): string => {
  const kind = `${stringAt(object, 'kind') ?? ''}s`.toLowerCase();
  const namespace = stringAt(object, 'metadata', 'namespace');
  const version = stringAt(object, 'apiVersion') ?? '';
  const root = version === 'v1' ? '/api/v1' : `/apis/${version}`;
  return namespace === undefined ? `${root}/${kind}` : `${root}/namespaces/${namespace}/${kind}`;
};

/** Creates what the cases play in; gives the parameters as the server has them, and the namespaces. */
export async function stage(
  cluster: Cluster,
): Promise<{ readonly parameters: readonly unknown[]; readonly surroundings: Surroundings }> {
  // What a run left behind that was broken off.
  await removePolicies(cluster);
  for (const one of customResources)
    await post(cluster, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', one);
  for (const one of namespaces) await post(cluster, '/api/v1/namespaces', one);
  await eventually('the namespaces are ready', async () => {
    const path = (name: string): string => `/api/v1/namespaces/${name}/serviceaccounts/default`;
    const answers = [production, development].map((name) => cluster.call('admin', path(name)));
    return (await Promise.all(answers)).every(({ status }) => status === 200);
  });
  const made: unknown[] = [];
  for (const one of parameters) {
    const path = collectionOf(one);
    await eventually(`${path} is served`, async () => {
      await post(cluster, path, one);
      return true;
    });
    made.push((await cluster.call('admin', `${path}/${stringAt(one, 'metadata', 'name') ?? ''}`)).body);
  }
  const whole = new Map<string, JsonObject>();
  for (const name of [production, development]) {
    const { body } = await cluster.call('admin', `/api/v1/namespaces/${name}`);
    if (isObject(body)) whole.set(name, body);
  }
  return { parameters: made, surroundings: surroundingsOf(whole) };
}

function surroundingsOf(whole: ReadonlyMap<string, JsonObject>): Surroundings {
  return {
    lookup: (name) => {
      const labels = whole.get(name)?.['metadata'];
      if (!isObject(labels)) return 'absent';
      const found = labels['labels'];
      const pairs = isObject(found) ? Object.entries(found) : [];
      return {
        name,
        labels: new Map(pairs.map(([key, value]) => [key, String(value)])),
        terminating: false,
      };
    },
    namespaceObjects: (name) => whole.get(name),
    functions: new Map(),
  };
}

/** Takes down what would be seen elsewhere. The namespaces stay with what is in them: the next run of the suite plays in them too. */
export async function strike(cluster: Cluster): Promise<void> {
  await removePolicies(cluster);
  for (const one of customResources) {
    const name = stringAt(one, 'metadata', 'name') ?? '';
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    await cluster.call('admin', path, { method: 'DELETE' });
    // It goes once its objects have gone; until then the next run would take it for its own.
    await eventually(`${name} is gone`, async () => (await cluster.call('admin', path)).status === 404);
  }
}

export interface Turn {
  readonly one: Prepared;
  readonly asked: Asked;
  readonly recorded: Recorded;
}

/**
 * Every request once, before any policy is in force. Requests that differ in nothing but the mark of their case are sent for the first of
 * them only; the others get its review with their own mark.
 */
export async function recordAll(cluster: Cluster, cases: readonly Prepared[]): Promise<readonly Turn[]> {
  for (const { requests, mark } of cases)
    for (const { stored } of requests) if (stored !== undefined) await post(cluster, ...stored(mark));
  const recorder = await startRecorder(cluster, suite);
  const known = new Map<string, Recorded>();
  const turns: Turn[] = [];
  try {
    for (const one of cases)
      for (const asked of one.requests) {
        const key = JSON.stringify([asked.method, asked.path('?'), asked.body?.('?'), asked.as]);
        const memo = asked.stored === undefined ? known.get(key) : undefined;
        const recorded = memo ?? (await recorder.record(() => send(cluster, asked, one.mark)));
        if (asked.stored === undefined) known.set(key, recorded);
        turns.push({ one, asked, recorded: memo === undefined ? recorded : remarked(recorded, one.mark) });
      }
  } finally {
    await recorder.remove();
  }
  return turns;
}

function remarked({ mutating, validating, answer }: Recorded, mark: string): Recorded {
  const again = (review: JsonObject | undefined): JsonObject | undefined => {
    const request = review?.['request'];
    const object = ownAt(request, 'object');
    if (!isObject(request) || !isObject(object)) return review;
    return { ...review, request: { ...request, object: withMark(object, mark) } };
  };
  return { mutating: again(mutating), validating: again(validating), answer };
}

/** Does something with each, several at a time, and keeps the order of the results. */
export async function each<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await act(item);
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return results;
}

/** Plays the cases on a stage. */
export async function play(
  cluster: Cluster,
  cases: readonly Prepared[],
  staged: Awaited<ReturnType<typeof stage>>,
): Promise<Played> {
  const turns = await recordAll(cluster, cases);
  const differences: Difference[] = [];
  const loaded = new Map<string, Loaded & { readonly ok: true }>();
  const theirs = await each(cases, (one) => loadTheirs(cluster, one));
  for (const [index, one] of cases.entries()) {
    const told = theirs[index] ?? '';
    const ours = loadOurs([...one.policies, ...one.bindings], staged.parameters);
    if ((told === '') !== ours.ok)
      differences.push({
        of: one.name,
        aspect: 'load',
        request: '',
        kubernetes: told === '' ? 'accepted' : `refused: ${told}`,
        bulkhead: ours.ok ? 'accepted' : `refused: ${ours.told}`,
      });
    if (ours.ok && told === '') loaded.set(one.mark, ours);
  }
  await inForce(cluster);
  const asked = (
    await each(turns, async (turn) => {
      const guardrails = loaded.get(turn.one.mark);
      if (guardrails === undefined) return [];
      const ours = await oursOf(cluster, turn, guardrails, staged.surroundings);
      const absent = noParameters.test(ours.told ?? '');
      const answer = await settled(() => send(cluster, turn.asked, turn.one.mark), absent);
      return [{ turn, answer, ours }];
    })
  ).flat();
  const events = await eventsOf(
    cluster,
    asked.map(({ answer }) => answer),
  );
  let denials = 0;
  for (const { turn, answer, ours } of asked) {
    const told = verdictOf(answer, events.get(answer.auditID), turn.one.mutates);
    if (told.outcome === 'denied') denials += 1;
    // Nobody has configmaps and the like audited here.
    const audited = events.has(answer.auditID);
    differences.push(...compared(turn, told, audited ? ours : { ...ours, annotations: {}, audited: '' }));
  }
  return { loads: cases.length, verdicts: asked.length, denials, differences };
}

const noParameters = /no params found for policy binding/;
const notReady = /not yet synced|failed to find resource referenced by paramKind|Resource kind .* not found/;

/**
 * Parameters are read by informers that start with the first policy of their kind: until then the answer says so, or finds no parameters where there are
 * some. `absent`: there are none, so that is the answer.
 */
async function settled(ask: () => Promise<ApiAnswer>, absent: boolean): Promise<ApiAnswer> {
  for (let left = 100; ; left -= 1) {
    const answer = await ask();
    const early = notReady.test(answer.text) || (!absent && noParameters.test(answer.text));
    if (left === 0 || !early) return answer;
    await delay(300);
  }
}

/** What is wrong with the policies of a case; the empty text where all of it was created. */
async function loadTheirs(cluster: Cluster, { policies, bindings }: Prepared): Promise<string> {
  for (const one of [...policies, ...bindings]) {
    const { status, body, text } = await load(cluster, one);
    // 409: the first attempt was broken off after it was done.
    if (status !== 201 && status !== 409) return stringAt(body, 'message') ?? text;
  }
  return '';
}

async function oursOf(
  cluster: Cluster,
  { one, asked, recorded }: Turn,
  { guardrails }: Loaded & { readonly ok: true },
  surroundings: Surroundings,
): Promise<Verdict> {
  const { mutating, validating, answer: first } = recorded;
  const unrecorded = `${one.name}: ${asked.sentence} was not recorded: ${first}`;
  if (!one.mutates) {
    if (validating === undefined) throw new Error(unrecorded);
    return judged(attributesOf(validating), guardrails, surroundings);
  }
  if (mutating === undefined) throw new Error(unrecorded);
  const attributes = attributesOf(mutating);
  const { denied, object } = mutated(attributes, guardrails, surroundings);
  if (denied !== undefined) return denied;
  const nothing = { warnings: [], annotations: {}, audited: '' };
  if (object === null) return { outcome: 'allowed', ...nothing };
  // What we made of it, sent under a mark that no policy knows, so that the server defaults and validates it as it does its own.
  const answer = await send(cluster, asked, one.mark, withMark(comparable(object), 'none'));
  if (answer.status >= 400 || !isObject(answer.body))
    return { outcome: 'refused by the API', told: stringAt(answer.body, 'message') ?? '', ...nothing };
  const made = withMark(answer.body, one.mark);
  const verdict = one.judges
    ? judged({ ...attributes, object: made }, guardrails, surroundings)
    : { outcome: 'allowed' as const, ...nothing };
  return verdict.outcome === 'denied' ? verdict : { ...verdict, object: comparable(made) };
}

/** The audit events of answers, by their id; waits for the last, since its bytes may be overtaken by the answer. */
async function eventsOf(cluster: Cluster, answers: readonly ApiAnswer[]) {
  const file = layout.auditLog(cluster.connection.folder);
  await delay(500);
  const wanted = new Set(answers.map(({ auditID }) => auditID));
  const events = await auditEvents(file);
  return new Map(
    events.flatMap((event) => (wanted.has(event.auditID) ? [[event.auditID, event] as const] : [])),
  );
}

/** The differences of two verdicts, the gravest only where one follows from another. */
function compared({ one, asked }: Turn, theirs: Verdict, ours: Verdict): readonly Difference[] {
  const row = (aspect: Aspect, left: unknown, right: unknown): readonly Difference[] => {
    const [kubernetes, bulkhead] = [left, right].map((side) =>
      typeof side === 'string' ? side : sorted(side),
    );
    if (kubernetes === bulkhead) return [];
    return [
      {
        of: one.name,
        aspect,
        request: asked.sentence,
        kubernetes: kubernetes ?? '',
        bulkhead: bulkhead ?? '',
        told: theirs.told ?? '',
      },
    ];
  };
  // A mutation that cannot be: the policy refuses it, or the API server refuses what it made, whichever looks first.
  const outcome = ({ outcome: told, error }: Verdict): string =>
    one.mutates && (error || told === 'refused by the API')
      ? 'refused'
      : error
        ? `${told} for an error`
        : told;
  const verdict = row('verdict', outcome(theirs), outcome(ours));
  if (verdict.length > 0) return verdict;
  // Policies run in no order: with several of them the first to deny tells its message.
  const alone = one.policies.length === 1;
  const message = ({ policy, reason, message: text }: Verdict): string => [policy, reason, text].join(' ');
  return [
    ...(alone ? row('message', message(theirs), message(ours)) : []),
    ...row('warnings', theirs.warnings, ours.warnings),
    ...row('annotations', theirs.annotations, ours.annotations),
    ...row('audited', theirs.audited, ours.audited),
    ...row('object', theirs.object, ours.object),
  ];
}

/** JSON with sorted keys. */
const sorted = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : JSON.stringify(value, (_key, field: unknown) =>
        isObject(field)
          ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
          : field,
      );

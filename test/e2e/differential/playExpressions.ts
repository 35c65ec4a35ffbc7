// Plays expressions: several validations a policy, each with a verdict of its own, since a binding that warns tells of all of them.
import { warnings } from '../../../src/cel/compile.ts';
import { admissionEnvironment } from '../../../src/cel/environment.ts';
import { typeOfKind } from '../../../src/cel/openapi/schema.ts';
import { judgeGuardrails } from '../../../src/guardrail/judge.ts';
import type { Surroundings } from '../../../src/guardrail/surroundings.ts';
import { listAt, ownAt, stringAt } from '../../../src/k8s/json.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { eventually } from '../../cluster/eventually.ts';
import type { Asked } from './case.ts';
import type { Difference } from './differences.ts';
import { attributesOf, loadOurs } from './ours.ts';
import { each, recordAll } from './play.ts';
import type { Played } from './play.ts';
import { type Prepared, documentsOf } from './prepared.ts';
import { inForce, load, pathOf, send, toldBy } from './server.ts';

interface Batch {
  readonly mark: string;
  readonly expressions: readonly string[];
}

/** Warnings of one answer may have 4 KiB together before they are cut. */
const most = { length: 1_400, count: 10 };

function batchesOf(expressions: readonly string[]): readonly Batch[] {
  const batches: string[][] = [[]];
  for (const expression of expressions) {
    const last = batches.at(-1) ?? [];
    const length = [...last, expression].reduce((sum, one) => sum + one.length + 60, 0);
    if (last.length === most.count || length > most.length) batches.push([expression]);
    else last.push(expression);
  }
  return batches.map((some, index) => ({ mark: `e${index}`, expressions: some }));
}

/** Each tells its own place when it is false. */
const policyOf = ({ mark, expressions }: Batch) =>
  documentsOf(
    mark,
    expressions.map((expression, index) => ({ expression, message: `false: ${index}` })),
  );

/** The expressions of a batch that the API server refuses, each with its words. */
async function refusedBy(cluster: Cluster, batch: Batch): Promise<ReadonlyMap<number, string>> {
  const { status, body, text } = await load(cluster, policyOf(batch).policy, true);
  if (status === 201) return new Map();
  const causes = listAt(body, 'details', 'causes').flatMap((cause) => {
    const place = /^spec\.validations\[(\d+)\]\.expression$/.exec(stringAt(cause, 'field') ?? '');
    return place === null ? [] : [[Number(place[1]), stringAt(cause, 'message') ?? ''] as const];
  });
  if (status !== 422 || causes.length === 0) throw new Error(`${batch.mark}: ${text}`);
  return new Map(causes);
}

const environment = (() => {
  const object = typeOfKind('v1', 'Pod');
  if (object === undefined) throw new Error('the type of a Pod is known');
  return admissionEnvironment({ variables: { object, oldObject: object } });
})();

/** Loads every expression on both sides, judges the pods by those that both take, and compares. */
export async function playExpressions(
  cluster: Cluster,
  expressions: readonly string[],
  requests: readonly Asked[],
  surroundings: Surroundings,
): Promise<Played> {
  const differences: Difference[] = [];
  const differ = (
    of: string,
    aspect: Difference['aspect'],
    request: string,
    left: string,
    right: string,
    told = '',
  ): void => {
    if (left !== right) differences.push({ of, aspect, request, kubernetes: left, bulkhead: right, told });
  };
  const batches = batchesOf(expressions);
  const refusals = await each(batches, (batch) => refusedBy(cluster, batch));
  const accepted = batches.flatMap(({ mark, expressions: some }, at): Batch[] => {
    const kept = some.filter((expression, index) => {
      const theirs = refusals[at]?.get(index);
      const { policy, binding } = policyOf({ mark, expressions: [expression] });
      const ours = loadOurs([policy, binding], []);
      differ(
        expression,
        'load',
        '',
        theirs === undefined ? 'accepted' : 'refused',
        ours.ok ? 'accepted' : 'refused',
      );
      return theirs === undefined && ours.ok;
    });
    return kept.length === 0 ? [] : [{ mark, expressions: kept }];
  });
  const turns = await recordAll(
    cluster,
    accepted.map((batch) => prepared(batch, requests)),
  );
  await each(accepted, async (batch) => {
    const { policy, binding } = policyOf(batch);
    for (const one of [policy, binding]) {
      const { status, text } = await load(cluster, one);
      if (status !== 201 && status !== 409) throw new Error(text);
    }
  });
  await inForce(cluster);
  let verdicts = 0;
  let denials = 0;
  await each(turns, async ({ one, asked, recorded }) => {
    const batch = accepted.find(({ mark }) => mark === one.mark);
    if (batch === undefined || recorded.validating === undefined) throw new Error(recorded.answer);
    const told = toldBy(await send(cluster, asked, one.mark));
    const ours = ownVerdicts(batch, attributesOf(recorded.validating), surroundings);
    batch.expressions.forEach((expression, index) => {
      const theirs = told.includes(`false: ${index}`)
        ? 'false'
        : told.some((text) => text.startsWith(`expression '${expression}' resulted in error: `))
          ? 'error'
          : 'true';
      verdicts += 1;
      if (theirs !== 'true') denials += 1;
      differ(expression, 'verdict', asked.sentence, theirs, ours[index] ?? 'true');
    });
  });
  const typed = await typeWarnings(cluster, accepted);
  for (const { mark, expressions: some } of accepted)
    some.forEach((expression, index) => {
      const told = typed.get(mark)?.get(index);
      const ours = warnings(expression, environment).length > 0;
      differ(
        expression,
        'types',
        '',
        told === undefined ? 'fits' : 'warned of',
        ours ? 'warned of' : 'fits',
        told,
      );
    });
  return { loads: expressions.length, verdicts, denials, differences };
}

const prepared = ({ mark }: Batch, requests: readonly Asked[]): Prepared => ({
  name: mark,
  mark,
  mutates: false,
  judges: true,
  policies: [],
  bindings: [],
  requests,
});

type Attributes = ReturnType<typeof attributesOf>;

/** What Bulkhead says of each expression that is not true. */
function ownVerdicts(batch: Batch, attributes: Attributes, surroundings: Surroundings): readonly string[] {
  const { policy, binding } = policyOf(batch);
  const read = loadOurs([policy, binding], []);
  if (!read.ok) throw new Error(read.told);
  const verdicts: string[] = [];
  for (const { code, message, policy: detail } of judgeGuardrails(attributes, read.guardrails, surroundings)
    .violations) {
    const index = detail?.index ?? Number(/validations\[(\d+)\]/.exec(message)?.[1]);
    verdicts[index] = code === 'policy' ? 'false' : 'error';
  }
  return verdicts;
}

/** The validations of each policy that the API server's controller warns of, once it has looked at all of them. */
async function typeWarnings(
  cluster: Cluster,
  batches: readonly Batch[],
): Promise<ReadonlyMap<string, ReadonlyMap<number, string>>> {
  const read = await each(batches, async ({ mark }) => {
    const path = `${pathOf({ kind: 'ValidatingAdmissionPolicy' })}/${mark}`;
    const policy = await eventually(
      `${mark} is type-checked`,
      async () => {
        const { body } = await cluster.call('admin', path);
        return ownAt(body, 'status', 'observedGeneration') === undefined ? undefined : body;
      },
      60_000,
    );
    const places = listAt(policy, 'status', 'typeChecking', 'expressionWarnings').map((warning) => {
      const place = /validations\[(\d+)\]/.exec(stringAt(warning, 'fieldRef') ?? '')?.[1];
      return [Number(place), stringAt(warning, 'warning') ?? ''] as const;
    });
    return [mark, new Map(places)] as const;
  });
  return new Map(read);
}

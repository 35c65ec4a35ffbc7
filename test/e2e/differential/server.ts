// The side of kube-apiserver: puts policies into force, sends requests, and reads what came of them.
import type { Agent } from 'node:https';
import { isObject, listAt, ownAt, stringAt } from '../../../src/k8s/json.ts';
import type { ApiAnswer } from '../../cluster/apiCall.ts';
import type { AuditEvent } from '../../cluster/auditLog.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { eventually } from '../../cluster/eventually.ts';
import type { Asked } from './case.ts';
import { production, suite } from './setting.ts';
import { type Verdict, anError, comparable } from './verdict.ts';

const group = '/apis/admissionregistration.k8s.io/v1';
const collections = [
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
] as const;

/** The collection of a policy or binding. */
export const pathOf = (object: object): string =>
  `${group}/${collections.find((one) => one === `${stringAt(object, 'kind') ?? ''}s`.toLowerCase().replace(/policys$/, 'policies')) ?? ''}`;

/** Creates a policy or binding with strict decoding, as kubectl asks for it; `dryRun` only asks whether it could be. */
export const load = (cluster: Cluster, object: object, dryRun = false): Promise<ApiAnswer> =>
  cluster.call('admin', `${pathOf(object)}?fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`, {
    method: 'POST',
    body: object,
  });

/** Removes whatever this run put into force. */
export async function removePolicies(cluster: Cluster): Promise<void> {
  for (const collection of collections.toReversed())
    await cluster.call('admin', `${group}/${collection}?labelSelector=suite%3D${suite}`, {
      method: 'DELETE',
    });
}

/**
 * Waits until everything that was created before is in force: sentinels are created last, of each sort, and the plugins take up policies and
 * bindings in the order of their creation.
 */
export async function inForce(cluster: Cluster): Promise<void> {
  const constraints = {
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
      ],
      objectSelector: { matchLabels: { case: 'sentinel' } },
    },
  };
  const make = (kind: string, spec: object): object => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'sentinel', labels: { suite } },
    spec,
  });
  const kinds = 'AdmissionPolicy';
  const warning = { expression: 'false', message: 'the sentinel is awake' };
  const note = 'Object{metadata: Object.metadata{annotations: {"sentinel": "awake"}}}';
  for (const one of [
    make(`Validating${kinds}`, { ...constraints, validations: [warning] }),
    make(`Validating${kinds}Binding`, { policyName: 'sentinel', validationActions: ['Warn'] }),
    make(`Mutating${kinds}`, {
      ...constraints,
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: note } }],
    }),
    make(`Mutating${kinds}Binding`, { policyName: 'sentinel' }),
  ]) {
    const { status, text } = await load(cluster, one);
    if (status !== 201) throw new Error(text);
  }
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'sentinel', labels: { case: 'sentinel' } },
  };
  const path = `/api/v1/namespaces/${production}/configmaps?dryRun=All`;
  await eventually('the policies are in force', async () => {
    const { warnings, body: answer } = await cluster.call('admin', path, { method: 'POST', body });
    return (
      warnings.some((text) => text.endsWith('the sentinel is awake')) &&
      stringAt(answer, 'metadata', 'annotations', 'sentinel') === 'awake'
    );
  });
}

/** Sends a request of a case. Status 0: the API server breaks the connection off, again and again, which it does when it panics. */
export async function send(cluster: Cluster, asked: Asked, mark: string, body?: object): Promise<ApiAnswer> {
  const sent = body ?? asked.body?.(mark);
  try {
    return await cluster.call(asked.as ?? 'admin', asked.path(mark), {
      method: asked.method,
      ...(sent === undefined ? {} : { body: sent }),
      ...(asked.contentType === undefined ? {} : { contentType: asked.contentType }),
    });
  } catch (error) {
    // An error of Node.js is no Error of the realm in which Jest runs this.
    if (stringAt(error, 'code') !== 'ECONNRESET') throw error;
    return { status: 0, headers: {}, text: '', body: undefined, warnings: [], auditID: '' };
  }
}

/** A cluster whose calls share connections, and are made again, twice, where one was broken off. */
export function insistent(cluster: Cluster, agent: Agent): Cluster {
  const call: Cluster['call'] = async (name, path, options) => {
    for (let left = 2; ; left -= 1) {
      try {
        return await cluster.call(name, path, { ...options, agent });
      } catch (error) {
        if (left === 0 || stringAt(error, 'code') !== 'ECONNRESET') throw error;
      }
    }
  };
  return { ...cluster, call };
}

const denial =
  / (?:is forbidden|): (Validating|Mutating)AdmissionPolicy '([^']+)'(?: with binding '[^']+')? denied request: ([^]*)$/;
const mutationDenial = /^policy ['"]([^'"]+)['"](?: with binding '[^']+')? denied request: ([^]*)$/;
const failed =
  /^(?:expression '[^]*' resulted in error: |failed to configure |failed messageExpression|\[?expression )/;
const errors =
  /resulted in error: |failed to configure |failed messageExpression|running out of cost budget|valueExpression '|no params found/;

/** Reads an answer; `event` is its line in the audit log, where it is audited. */
export function verdictOf(answer: ApiAnswer, event: AuditEvent | undefined, withObject: boolean): Verdict {
  const rest = { warnings: warningsOf(answer), ...auditedBy(event) };
  const message = stringAt(answer.body, 'message') ?? '';
  if (answer.status === 0) return { outcome: 'no answer', ...rest };
  if (answer.status < 400)
    return {
      outcome: 'allowed',
      ...rest,
      ...(withObject && isObject(answer.body) ? { object: comparable(answer.body) } : {}),
    };
  const validation = denial.exec(message);
  if (validation !== null) {
    const [, , policy = '', told = ''] = validation;
    if (failed.test(told) || errors.test(told)) return { outcome: 'denied', error: true, told, ...rest };
    const reason = stringAt(answer.body, 'reason') ?? '';
    return { outcome: 'denied', policy, message: told, reason, ...rest };
  }
  if (mutationDenial.test(message)) return { outcome: 'denied', error: true, told: message, ...rest };
  return { outcome: 'refused by the API', told: message, ...rest };
}

const ofPolicies = /^Validation failed for ValidatingAdmissionPolicy '[^']+' with binding '[^']+': ([^]*)$/;

/** What policies warn of. Header texts are UTF-8 that Node.js reads as Latin-1. */
export const toldBy = ({ warnings }: ApiAnswer): readonly string[] =>
  warnings.flatMap((text) => ofPolicies.exec(Buffer.from(text, 'latin1').toString())?.[1] ?? []);

const warningsOf = (answer: ApiAnswer): readonly string[] =>
  toldBy(answer)
    .map((text) => (failed.test(text) || errors.test(text) ? anError : text))
    .sort();

const failureKey = 'validation.policy.admission.k8s.io/validation_failure';

function auditedBy(event: AuditEvent | undefined): Pick<Verdict, 'annotations' | 'audited'> {
  const all = Object.entries(event?.annotations ?? {});
  const annotations = Object.fromEntries(all.filter(([key]) => /^p\d+[a-z]?\//.test(key)));
  const failure: unknown = JSON.parse(event?.annotations?.[failureKey] ?? '[]');
  const told = listAt({ failure }, 'failure').map((one) => {
    const message = stringAt(one, 'message') ?? '';
    const policy = stringAt(one, 'policy') ?? '';
    if (failed.test(message) || errors.test(message)) return `${policy}  ${anError}`;
    return `${policy} ${String(ownAt(one, 'expressionIndex'))} ${message}`;
  });
  return { annotations, audited: told.join('; ') };
}

/** Workloads: what the pods of a Deployment or its like would be refused for, told to whoever writes it, since nobody reads what its controller is told. */
import type { Attributes } from '../k8s/attributes.ts';
import { isObject, listAt, own, ownAt } from '../k8s/json.ts';
import type { JsonObject } from '../k8s/json.ts';
import type { Decision } from './decision.ts';

/** A kind that makes pods: where its template is, and the controller that sends them. */
export interface Workload {
  readonly group: string;
  readonly resource: string;
  readonly template: readonly string[];
  readonly controller: string;
}

const usual = ['spec', 'template'] as const;

/** The kinds of Kubernetes itself that make pods. */
export const workloads: readonly Workload[] = [
  { group: 'apps', resource: 'deployments', template: usual, controller: 'replicaset-controller' },
  { group: 'apps', resource: 'replicasets', template: usual, controller: 'replicaset-controller' },
  { group: 'apps', resource: 'statefulsets', template: usual, controller: 'statefulset-controller' },
  { group: 'apps', resource: 'daemonsets', template: usual, controller: 'daemon-set-controller' },
  { group: 'batch', resource: 'jobs', template: usual, controller: 'job-controller' },
  {
    group: 'batch',
    resource: 'cronjobs',
    template: ['spec', 'jobTemplate', 'spec', 'template'],
    controller: 'job-controller',
  },
  { group: '', resource: 'replicationcontrollers', template: usual, controller: 'replication-controller' },
];

/**
 * The request by which the workload's controller would create a pod, or nothing: where the request is about no workload, takes one away, or was made by
 * the controller of another workload, which reads no warnings.
 */
export function podOf(attributes: Attributes): Attributes | undefined {
  const { group, resource, subresource, operation, object, namespace, name } = attributes;
  if (subresource !== '' || object === null || (operation !== 'CREATE' && operation !== 'UPDATE'))
    return undefined;
  const workload = workloads.find((one) => one.group === group && one.resource === resource);
  const template = workload === undefined ? undefined : ownAt(object, ...workload.template);
  if (workload === undefined || !isObject(template) || isControlled(object)) return undefined;
  const metadata = own(template, 'metadata');
  return {
    uid: attributes.uid,
    operation: 'CREATE',
    dryRun: true,
    group: '',
    version: 'v1',
    kind: 'Pod',
    resource: 'pods',
    subresource: '',
    namespace,
    name: '',
    user: {
      username: `system:serviceaccount:kube-system:${workload.controller}`,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
    },
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...(isObject(metadata) ? metadata : {}), namespace, generateName: `${name}-` },
      spec: own(template, 'spec'),
    },
    oldObject: null,
  };
}

const isControlled = (object: JsonObject): boolean =>
  listAt(object, 'metadata', 'ownerReferences').some((owner) => ownAt(owner, 'controller') === true);

/**
 * What is told of the decision on such a pod. It never denies: the pods themselves are judged when they come. That the namespace is not there is not
 * told, for then the workload is not created either.
 */
export function podWarnings({ violations, warnings, failure }: Decision): readonly string[] {
  if (failure !== undefined)
    return failure.code === 'namespace.absent' ? [] : [`pods would be refused: ${failure.message}`];
  const found = violations.flatMap(({ code, action, message }) => {
    // The floor may well stand by then.
    if (code === 'pods.beforeFloor') return [];
    switch (action) {
      case 'Deny':
        return [`pods would be denied: ${message}`];
      case 'Warn':
        return [`pods: ${message}`];
      case 'Audit':
        return [];
      default:
        return action satisfies never;
    }
  });
  return [...new Set([...found, ...warnings.map((warning) => `pods: ${warning}`)])];
}

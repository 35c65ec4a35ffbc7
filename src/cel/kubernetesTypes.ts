/** The types of `request` and `namespaceObject`, field by field as kube-apiserver declares them (plugin/cel/compile.go). */
import * as types from './typing/type.ts';

const { string } = types;
const strings = types.listOf(string);

const kind = types.object('kubernetes.GroupVersionKind', { group: string, version: string, kind: string });
const resource = types.object('kubernetes.GroupVersionResource', {
  group: string,
  version: string,
  resource: string,
});

const userInfo = types.object('kubernetes.UserInfo', {
  username: string,
  uid: string,
  groups: strings,
  extra: types.mapOf(string, strings),
});

/** `request`: the AdmissionRequest without its objects. */
export const requestType = types.object('kubernetes.AdmissionRequest', {
  kind,
  resource,
  subResource: string,
  requestKind: kind,
  requestResource: resource,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo,
  dryRun: types.bool,
  options: types.dyn,
});

const metadata = types.object('kubernetes.NamespaceMetadata', {
  name: string,
  generateName: string,
  namespace: string,
  labels: types.mapOf(string, string),
  annotations: types.mapOf(string, string),
  UID: string,
  creationTimestamp: types.timestamp,
  deletionGracePeriodSeconds: types.int,
  deletionTimestamp: types.timestamp,
  generation: types.int,
  resourceVersion: string,
  finalizers: strings,
});

const condition = types.object('kubernetes.NamespaceCondition', {
  status: string,
  type: string,
  lastTransitionTime: types.timestamp,
  message: string,
  reason: string,
});

/** `namespaceObject`: the Namespace of the request. */
export const namespaceType = types.object('kubernetes.Namespace', {
  metadata,
  spec: types.object('kubernetes.NamespaceSpec', { finalizers: strings }),
  status: types.object('kubernetes.NamespaceStatus', { conditions: types.listOf(condition), phase: string }),
});

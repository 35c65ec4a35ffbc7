/** Turns a manifest into the request that `kubectl apply` would make of it. */
import type { Document } from '../../config/document.ts';
import type { Issue, Read } from '../../config/issue.ts';
import { sound, unsound } from '../../config/issue.ts';
import type { Attributes, UserInfo } from '../../k8s/attributes.ts';
import { isObject, ownAt, stringAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { decodeNetworkPolicy } from '../../k8s/networkPolicyDecode.ts';
import { placed } from '../rules.ts';
import { toAttributes } from '../review.ts';
import { decidedGroups, guessResource, knownKinds } from './kinds.ts';
import type { KnownKind } from './kinds.ts';

/** Who applies the manifests, and what is stored already: an object found there makes the request an UPDATE. */
export interface Applying {
  readonly user: UserInfo;
  readonly stored: (kind: string, namespace: string, name: string) => JsonObject | undefined;
}

/** Reads one document: a manifest, or an AdmissionReview, which is taken as it is. */
export function toRequest(document: Document, applying: Applying): Read<Attributes> {
  const { value } = document;
  const mistake = (code: string, pointer: string, message: string): Read<Attributes> =>
    unsound([placed({ code, pointer, message }, document)]);
  if (!isObject(value))
    return mistake('manifest.shape', '', 'a manifest must be an object with apiVersion and kind');
  const kind = stringAt(value, 'kind');
  const apiVersion = stringAt(value, 'apiVersion');
  if (kind === undefined)
    return mistake('manifest.kind', '', 'kind is missing; write for example kind: NetworkPolicy');
  if (apiVersion === undefined) return mistake('manifest.apiVersion', '', 'apiVersion is missing');
  if (kind === 'AdmissionReview') return fromReview(document);
  const { group, version } = splitVersion(apiVersion);
  const unknown = unknownKind(group, version, kind, apiVersion);
  if (unknown !== undefined) return unsound([placed(unknown, document)]);
  const known = knownKinds.find((one) => one.group === group && one.kind === kind);
  const issues = readable(value, known);
  if (issues.length > 0) return unsound(issues.map((issue) => placed(issue, document)));
  return sound(applied(value, { group, version, kind, known }, applying));
}

function fromReview(document: Document): Read<Attributes> {
  const read = toAttributes(document.value);
  if (read.ok) return sound(read.attributes);
  return unsound([placed({ code: read.code, pointer: '', message: read.message }, document)]);
}

function splitVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** A wrong version or an unknown kind of a group that Bulkhead decides, and NetworkPolicies of groups that no server serves any more. */
function unknownKind(group: string, version: string, kind: string, apiVersion: string): Issue | undefined {
  const expected = decidedGroups.get(group);
  const served = knownKinds.find((one) => one.kind === kind && one.group === group);
  if (expected === undefined) {
    const moved = knownKinds.find(
      (one) => one.kind === kind && decidedGroups.has(one.group) && one.group !== '',
    );
    if (moved === undefined || served !== undefined || !['extensions', 'apps'].includes(group))
      return undefined;
    const right = `${moved.group}/${decidedGroups.get(moved.group) ?? ''}`;
    return {
      code: 'manifest.apiVersion',
      pointer: '/apiVersion',
      message: `${kind} is not of ${apiVersion}; write ${right}`,
    };
  }
  if (version !== expected) {
    const right = group === '' ? expected : `${group}/${expected}`;
    return {
      code: 'manifest.apiVersion',
      pointer: '/apiVersion',
      message: `"${apiVersion}" is not known; write ${right}`,
    };
  }
  if (served !== undefined) return undefined;
  const elsewhere = knownKinds.find((one) => one.kind === kind && decidedGroups.has(one.group));
  const hint =
    elsewhere === undefined
      ? `known: ${knownKinds.flatMap((one) => (one.group === group ? [one.kind] : [])).join(', ')}`
      : `${kind} is of ${[elsewhere.group, decidedGroups.get(elsewhere.group)].filter((part) => part !== '').join('/')}`;
  return {
    code: 'manifest.kind',
    pointer: '/kind',
    message: `"${kind.slice(0, 80)}" is no kind of ${apiVersion}; ${hint}`,
  };
}

/** What the API server would not even take in is a mistake in the manifest, not a denial. */
function readable(value: JsonObject, known: KnownKind | undefined): readonly Issue[] {
  if (known?.group !== 'networking.k8s.io' || known.kind !== 'NetworkPolicy') return [];
  const policy = decodeNetworkPolicy(value, { strict: true });
  return policy.ok ? [] : policy.issues;
}

function applied(
  value: JsonObject,
  {
    group,
    version,
    kind,
    known,
  }: { group: string; version: string; kind: string; known: KnownKind | undefined },
  { user, stored }: Applying,
): Attributes {
  const name = stringAt(value, 'metadata', 'name') ?? '';
  const written = stringAt(value, 'metadata', 'namespace');
  const namespace = known?.namespaced === false ? '' : (written ?? (known === undefined ? '' : 'default'));
  const oldObject = stored(kind, namespace, name) ?? null;
  return {
    uid: '',
    operation: oldObject === null ? 'CREATE' : 'UPDATE',
    dryRun: true,
    group,
    version,
    kind,
    resource: known?.resource ?? guessResource(kind),
    subresource: '',
    namespace,
    name,
    user,
    object: defaulted(value, kind, namespace, name),
    oldObject,
  };
}

/** What the API server fills in before it asks: the namespace, and a Namespace's label with its own name. */
function defaulted(value: JsonObject, kind: string, namespace: string, name: string): JsonObject {
  const metadata = ownAt(value, 'metadata');
  const own = isObject(metadata) ? metadata : {};
  if (kind === 'Namespace') {
    const labels = ownAt(own, 'labels');
    const named = { ...(isObject(labels) ? labels : {}), 'kubernetes.io/metadata.name': name };
    return { ...value, metadata: { ...own, labels: named } };
  }
  return namespace === '' ? value : { ...value, metadata: { ...own, namespace } };
}

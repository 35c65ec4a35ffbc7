/** A container of a Pod, of whatever kind: the part of it that decides about the network. */
import type { Decoder } from './decoder.ts';
import { escapeToken, own } from './json.ts';
import type { JsonObject } from './json.ts';

/** Every list of a PodSpec that holds containers. */
export const containerKinds = ['initContainers', 'containers', 'ephemeralContainers'] as const;
export type ContainerKind = (typeof containerKinds)[number];

/** `protocol` is TCP where it is not written; numbers are 0 where absent, as the API server reads them. */
export interface ContainerPort {
  readonly field: string;
  readonly name: string;
  readonly protocol: string;
  readonly containerPort: number;
  readonly hostPort: number;
}

/** Something that is asked for by name, and where. */
export interface NamedField {
  readonly field: string;
  readonly name: string;
}

export interface PodContainer {
  readonly kind: ContainerKind;
  readonly name: string;
  readonly field: string;
  /** The same in two versions of one Pod: kind and name, not the place in the list. */
  readonly identity: string;
  readonly privileged: boolean;
  readonly hostProcess: boolean;
  readonly procMount: string;
  readonly addedCapabilities: readonly string[];
  readonly droppedCapabilities: readonly string[];
  readonly ports: readonly ContainerPort[];
  /** Names in `resources.requests` and `resources.limits`. */
  readonly resources: readonly NamedField[];
  /** Names in `resources.claims`. */
  readonly claims: readonly NamedField[];
}

/** Code of the mistake that leaves containers unread: unlike other mistakes, it says nothing of what they hold. */
export const tooManyContainers = 'pod.tooManyContainers';

/** More containers of one kind are not read: no Pod that runs has as many, and reading costs many times the text. */
export const mostContainers = 4096;

/** Reads the containers of one kind; wrong types go to the decoder, unknown fields are left alone. */
export function readContainers(
  decoder: Decoder,
  spec: JsonObject,
  kind: ContainerKind,
): readonly PodContainer[] {
  const seen = new Map<string, number>();
  const listed = decoder.list(own(spec, kind), `/spec/${kind}`);
  if (listed.length > mostContainers) {
    const message = `has ${listed.length} containers; ${mostContainers} is the most that can be judged`;
    decoder.report(tooManyContainers, `/spec/${kind}`, message);
    return [];
  }
  return listed.map((item, index) => {
    const field = `/spec/${kind}/${index}`;
    const container = decoder.object(item, field);
    const name = decoder.string(own(container, 'name'), `${field}/name`) ?? '';
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return {
      kind,
      name,
      field,
      identity: times === 1 ? `${kind}/${name}` : `${kind}/${name}#${times}`,
      ...readSecurity(decoder, own(container, 'securityContext'), `${field}/securityContext`),
      ports: readPorts(decoder, own(container, 'ports'), `${field}/ports`),
      ...readResources(decoder, own(container, 'resources'), `${field}/resources`),
    };
  });
}

/** A boolean field; absent and null are false. */
export function readBoolean(decoder: Decoder, object: JsonObject, key: string, pointer: string): boolean {
  const value = own(object, key);
  if (value !== undefined && typeof value !== 'boolean') {
    decoder.report('field.type', `${pointer}/${key}`, 'must be true or false');
  }
  return value === true;
}

/** `windowsOptions.hostProcess` of a Pod's or a container's securityContext. */
export function readHostProcess(decoder: Decoder, security: JsonObject, pointer: string): boolean {
  const at = `${pointer}/windowsOptions`;
  return readBoolean(decoder, decoder.object(own(security, 'windowsOptions'), at), 'hostProcess', at);
}

function readSecurity(
  decoder: Decoder,
  value: unknown,
  field: string,
): Pick<
  PodContainer,
  'privileged' | 'hostProcess' | 'procMount' | 'addedCapabilities' | 'droppedCapabilities'
> {
  const security = decoder.object(value, field);
  const capabilities = decoder.object(own(security, 'capabilities'), `${field}/capabilities`);
  return {
    privileged: readBoolean(decoder, security, 'privileged', field),
    hostProcess: readHostProcess(decoder, security, field),
    procMount: decoder.string(own(security, 'procMount'), `${field}/procMount`) ?? '',
    addedCapabilities: decoder.strings(own(capabilities, 'add'), `${field}/capabilities/add`),
    droppedCapabilities: decoder.strings(own(capabilities, 'drop'), `${field}/capabilities/drop`),
  };
}

function readPorts(decoder: Decoder, value: unknown, field: string): readonly ContainerPort[] {
  return decoder.list(value, field).map((item, index) => {
    const at = `${field}/${index}`;
    const port = decoder.object(item, at);
    return {
      field: at,
      name: decoder.string(own(port, 'name'), `${at}/name`) ?? '',
      protocol: decoder.string(own(port, 'protocol'), `${at}/protocol`) ?? 'TCP',
      containerPort: decoder.integer(own(port, 'containerPort'), `${at}/containerPort`) ?? 0,
      hostPort: decoder.integer(own(port, 'hostPort'), `${at}/hostPort`) ?? 0,
    };
  });
}

/** What a `resources` field of a container or of the Pod itself asks for, by name. */
export function readResources(
  decoder: Decoder,
  value: unknown,
  field: string,
): Pick<PodContainer, 'resources' | 'claims'> {
  const resources = decoder.object(value, field);
  const names = (key: string): readonly NamedField[] =>
    Object.keys(decoder.object(own(resources, key), `${field}/${key}`)).map((name) => ({
      name,
      field: `${field}/${key}/${name.includes('/') || name.includes('~') ? escapeToken(name) : name}`,
    }));
  return {
    resources: [...names('requests'), ...names('limits')],
    claims: readNamed(decoder, own(resources, 'claims'), `${field}/claims`),
  };
}

/** A list of objects that have a name. */
export function readNamed(decoder: Decoder, value: unknown, field: string): readonly NamedField[] {
  return decoder.list(value, field).map((item, index) => ({
    field: `${field}/${index}`,
    name:
      decoder.string(own(decoder.object(item, `${field}/${index}`), 'name'), `${field}/${index}/name`) ?? '',
  }));
}

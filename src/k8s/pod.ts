/** A Pod: the part of core/v1 Pod that decides about the network, read without trusting any of it. */
import type { Issue } from '../config/issue.ts';
import { Decoder } from './decoder.ts';
import { own } from './json.ts';
import type { JsonObject } from './json.ts';
import { decodeMeta } from './objectMeta.ts';
import type { ObjectMeta } from './objectMeta.ts';
import { containerKinds, readBoolean, readContainers } from './podContainer.ts';
import { readHostProcess, readNamed, readResources } from './podContainer.ts';
import type { NamedField, PodContainer } from './podContainer.ts';

export interface Pod {
  readonly metadata: ObjectMeta;
  /** `spec.os.name`; the kubelet of another system refuses the Pod, so it cannot be used to pretend. */
  readonly os: string;
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  /** `spec.securityContext.windowsOptions.hostProcess`. */
  readonly hostProcess: boolean;
  /** Volumes that are a `hostPath`. */
  readonly hostPaths: readonly NamedField[];
  /** `spec.resourceClaims`. */
  readonly resourceClaims: readonly NamedField[];
  /** `spec.resources`: what the Pod as a whole asks for. */
  readonly resources: readonly NamedField[];
  /** Of every kind: init containers, containers, ephemeral containers. */
  readonly containers: readonly PodContainer[];
}

/** What could be read of a Pod, and every mistake. With mistakes the Pod says less than it holds: refuse it, or use it as an old object only. */
export interface PodReading {
  readonly pod: Pod;
  readonly issues: readonly Issue[];
}

/** Which part of a Pod to read: `pods/status` and Bindings change metadata only. */
export type PodPart = 'metadata' | 'whole';

/** Reads a Pod; unknown fields are left alone, wrong types are mistakes. */
export function readPod(object: JsonObject, part: PodPart): PodReading {
  const decoder = new Decoder();
  const metadata = decodeMeta(decoder, own(object, 'metadata'), '/metadata');
  const spec = part === 'whole' ? decoder.object(own(object, 'spec'), '/spec') : {};
  const security = decoder.object(own(spec, 'securityContext'), '/spec/securityContext');
  const os = decoder.object(own(spec, 'os'), '/spec/os');
  const whole = readResources(decoder, own(spec, 'resources'), '/spec/resources');
  const pod = {
    metadata,
    os: decoder.string(own(os, 'name'), '/spec/os/name') ?? '',
    hostNetwork: readBoolean(decoder, spec, 'hostNetwork', '/spec'),
    hostPID: readBoolean(decoder, spec, 'hostPID', '/spec'),
    hostIPC: readBoolean(decoder, spec, 'hostIPC', '/spec'),
    hostProcess: readHostProcess(decoder, security, '/spec/securityContext'),
    hostPaths: readHostPaths(decoder, spec),
    resourceClaims: [
      ...readNamed(decoder, own(spec, 'resourceClaims'), '/spec/resourceClaims'),
      ...whole.claims,
    ],
    resources: whole.resources,
    containers: containerKinds.flatMap((kind) => readContainers(decoder, spec, kind)),
  };
  return { pod, issues: decoder.issues };
}

function readHostPaths(decoder: Decoder, spec: JsonObject): readonly NamedField[] {
  return decoder.list(own(spec, 'volumes'), '/spec/volumes').flatMap((item, index) => {
    const field = `/spec/volumes/${index}`;
    const volume = decoder.object(item, field);
    const name = decoder.string(own(volume, 'name'), `${field}/name`) ?? '';
    return own(volume, 'hostPath') === undefined ? [] : [{ name, field: `${field}/hostPath` }];
  });
}

/** Reads a NetworkPolicy from JSON and defaults it as the API server does (pkg/apis/networking/v1/defaults.go). */
import { sound, unsound } from '../config/issue.ts';
import type { Read } from '../config/issue.ts';
import { Decoder } from './decoder.ts';
import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';
import { decodeSelector } from './labelSelector.ts';
import type {
  Direction,
  IPBlock,
  NetworkPolicy,
  PolicyPeer,
  PolicyPort,
  PolicyRule,
} from './networkPolicy.ts';
import { directions, protocols } from './networkPolicy.ts';
import { decodeMeta, isSoundMeta } from './objectMeta.ts';
import type { ObjectMeta } from './objectMeta.ts';
import { checkIPBlock, checkPort } from './networkPolicyValidate.ts';

/**
 * How strictly to read. `strict` refuses what Kubernetes 1.36 refuses on create; without it, texts that older servers accepted and that may
 * be stored (leading zeros, host bits, IPv4-mapped blocks, malformed label values) pass and are judged by every meaning they can have.
 */
export interface Strictness {
  readonly strict: boolean;
}

/** The fields that each part may have. */
const fields = {
  policy: ['apiVersion', 'kind', 'metadata', 'spec', 'status'],
  spec: ['podSelector', 'policyTypes', 'ingress', 'egress'],
  from: ['from', 'ports'],
  to: ['to', 'ports'],
  peer: ['podSelector', 'namespaceSelector', 'ipBlock'],
  ipBlock: ['cidr', 'except'],
  port: ['protocol', 'port', 'endPort'],
} as const;

/** Decodes, defaults and validates a NetworkPolicy. Absent, null and empty lists are the same; unknown fields are mistakes. */
export function decodeNetworkPolicy(value: unknown, { strict }: Strictness): Read<NetworkPolicy> {
  const decoder = new Decoder();
  if (!isObject(value))
    return unsound([{ code: 'field.type', pointer: '', message: 'a NetworkPolicy must be an object' }]);
  const { object, metadata } = decodeOutsideSpec(decoder, value);
  const spec = decoder.object(object['spec'], '/spec', fields.spec);
  const podSelector = decodeSelector(decoder, spec['podSelector'], '/spec/podSelector', !strict);
  const ingress = decodeRules(decoder, spec['ingress'], '/spec/ingress', 'from', strict);
  const egress = decodeRules(decoder, spec['egress'], '/spec/egress', 'to', strict);
  const policyTypes = decodePolicyTypes(decoder, spec['policyTypes'], egress.length > 0);
  if (decoder.issues.length > 0) return unsound(decoder.issues);
  return sound({ metadata, podSelector, policyTypes, ingress, egress });
}

function decodeOutsideSpec(
  decoder: Decoder,
  value: JsonObject,
): { readonly object: JsonObject; readonly metadata: ObjectMeta } {
  const object = decoder.object(value, '', fields.policy);
  return { object, metadata: decodeMeta(decoder, object['metadata'], '/metadata') };
}

/** Claims that a NetworkPolicy is an object in which nothing but the spec could be a mistake; true only if {@link decodeNetworkPolicy} agrees. */
export function isSoundOutsideSpec(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  for (const key in value) if (!fields.policy.some((known) => known === key)) return false;
  return isSoundMeta(value['metadata']);
}

function decodePolicyTypes(decoder: Decoder, value: unknown, hasEgress: boolean): readonly Direction[] {
  const listed = decoder.strings(value, '/spec/policyTypes');
  if (listed.length === 0) return hasEgress ? ['Ingress', 'Egress'] : ['Ingress'];
  if (listed.length > 2) {
    decoder.report('policyTypes.tooMany', '/spec/policyTypes', 'may not have more than 2 entries');
  }
  return listed.flatMap((text, index) => {
    const direction = directions.find((known) => known === text);
    if (direction !== undefined) return [direction];
    decoder.report(
      'policyTypes.unknown',
      `/spec/policyTypes/${index}`,
      `"${text.slice(0, 80)}" is no policy type; use Ingress or Egress`,
    );
    return [];
  });
}

function decodeRules(
  decoder: Decoder,
  value: unknown,
  pointer: string,
  peers: 'from' | 'to',
  strict: boolean,
): readonly PolicyRule[] {
  return decoder.list(value, pointer).map((item, index) => {
    const field = `${pointer}/${index}`;
    const rule = decoder.object(item, field, fields[peers]);
    return {
      field,
      peers: decoder
        .list(rule[peers], `${field}/${peers}`)
        .map((peer, at) => decodePeer(decoder, peer, `${field}/${peers}/${at}`, strict)),
      ports: decodePorts(decoder, rule['ports'], `${field}/ports`),
    };
  });
}

/** Reads one peer of a NetworkPolicy. */
function decodePeer(decoder: Decoder, value: unknown, field: string, strict: boolean): PolicyPeer {
  const object = decoder.object(value, field, fields.peer);
  return decodePeerSelectors(decoder, object, field, strict);
}

/** Reads the three ways of naming a peer; shared with the peers of Boundaries, which know more fields. */
export function decodePeerSelectors(
  decoder: Decoder,
  object: { readonly [key: string]: unknown },
  field: string,
  strict: boolean,
): PolicyPeer {
  const podSelector = object['podSelector'] ?? undefined;
  const namespaceSelector = object['namespaceSelector'] ?? undefined;
  const ipBlock = object['ipBlock'] ?? undefined;
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (!selects && ipBlock === undefined) {
    decoder.report('peer.empty', field, 'must specify a peer: podSelector, namespaceSelector or ipBlock');
    return { field };
  }
  if (selects && ipBlock !== undefined) {
    decoder.report(
      'peer.mixed',
      field,
      'ipBlock may not stand beside podSelector or namespaceSelector; use two peers',
    );
  }
  const peer: { -readonly [Key in keyof PolicyPeer]: PolicyPeer[Key] } = { field };
  if (podSelector !== undefined) {
    peer.podSelector = decodeSelector(decoder, podSelector, `${field}/podSelector`, !strict);
  }
  if (namespaceSelector !== undefined) {
    peer.namespaceSelector = decodeSelector(
      decoder,
      namespaceSelector,
      `${field}/namespaceSelector`,
      !strict,
    );
  }
  if (ipBlock !== undefined) peer.ipBlock = decodeIPBlock(decoder, ipBlock, `${field}/ipBlock`, strict);
  return peer;
}

function decodeIPBlock(decoder: Decoder, value: unknown, pointer: string, strict: boolean): IPBlock {
  const object = decoder.object(value, pointer, fields.ipBlock);
  const block: IPBlock = {
    cidr: decoder.string(object['cidr'], `${pointer}/cidr`) ?? '',
    except: decoder.strings(object['except'], `${pointer}/except`),
  };
  checkIPBlock(decoder, block, pointer, strict);
  return block;
}

/** Reads a `ports` list; `protocol` defaults to TCP. */
export function decodePorts(decoder: Decoder, value: unknown, pointer: string): readonly PolicyPort[] {
  return decoder.list(value, pointer).map((item, index) => {
    const field = `${pointer}/${index}`;
    const object = decoder.object(item, field, fields.port);
    const written = decoder.string(object['protocol'], `${field}/protocol`) ?? 'TCP';
    const protocol = protocols.find((known) => known === written);
    if (protocol === undefined) {
      decoder.report(
        'port.protocol',
        `${field}/protocol`,
        `"${written.slice(0, 80)}" is not supported; use TCP, UDP or SCTP`,
      );
    }
    const endPort = decoder.integer(object['endPort'], `${field}/endPort`);
    const raw = object['port'];
    const port = typeof raw === 'string' ? raw : decoder.integer(raw, `${field}/port`);
    const decoded: { -readonly [Key in keyof PolicyPort]: PolicyPort[Key] } = { protocol: protocol ?? 'TCP' };
    if (port !== undefined) decoded.port = port;
    if (endPort !== undefined) decoded.endPort = endPort;
    checkPort(decoder, decoded, field);
    return decoded;
  });
}

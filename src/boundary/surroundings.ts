/** The cluster as the boundaries need it: address ranges, the API server, DNS and who is exempt. */
import type { Issue, Read } from '../config/issue.ts';
import { sound, unsound } from '../config/issue.ts';
import { parseCidr } from '../k8s/cidr.ts';
import { Decoder } from '../k8s/decoder.ts';
import { own, isObject } from '../k8s/json.ts';
import { addressesOf, compileCluster, noAddresses, unite } from '../netpol/cluster.ts';
import type { Addresses, Cluster, ClusterRanges } from '../netpol/cluster.ts';
import * as connections from '../netpol/connections.ts';
import type { Connections } from '../netpol/connections.ts';
import { decodeLimitPeer } from './limitRule.ts';
import type { LimitRule } from './limitRule.ts';

/** `cluster` of the configuration, as it is written (api.md 4). Ports are `TCP/6443`. */
export interface ClusterSettings extends ClusterRanges {
  readonly apiServer: { readonly cidrs: readonly string[]; readonly ports: readonly string[] };
  readonly dns: readonly unknown[];
}

/** `cluster` compiled. Each DNS peer is a rule of its own; an ipBlock among them is carved out of `never`. */
export interface Surroundings {
  readonly ranges: Cluster;
  readonly written: ClusterRanges;
  readonly apiServer: {
    readonly cidrs: readonly string[];
    readonly addresses: Addresses;
    readonly ports: Connections;
    readonly portTexts: readonly string[];
  };
  readonly dns: readonly LimitRule[];
}

/** Compiles `cluster`; every mistake is named with its pointer in the configuration. */
export function compileSurroundings(written: ClusterSettings): Read<Surroundings> {
  const ranges = compileCluster(written);
  const decoder = new Decoder();
  const apiServer = {
    cidrs: written.apiServer.cidrs,
    addresses: readBlocks(decoder, written.apiServer.cidrs, '/cluster/apiServer/cidrs'),
    ports: readPorts(decoder, written.apiServer.ports, '/cluster/apiServer/ports').set,
    portTexts: written.apiServer.ports,
  };
  const dns = written.dns.map((item, index) => readDns(decoder, item, `/cluster/dns/${index}`));
  const issues: Issue[] = [...(ranges.ok ? [] : ranges.issues), ...decoder.issues];
  if (!ranges.ok || issues.length > 0) return unsound(issues);
  return sound({ ranges: ranges.value, written, apiServer, dns });
}

function readDns(decoder: Decoder, item: unknown, field: string): LimitRule {
  if (!isObject(item)) {
    decoder.report('field.type', field, 'a DNS peer must be an object with a peer and ports');
    return { field, peers: [], ports: [] };
  }
  const { ports, ...peer } = item;
  const block = own(peer, 'ipBlock');
  const written = typeof block === 'string' ? { ...peer, ipBlock: { cidr: block } } : peer;
  const texts = Array.isArray(ports) ? ports.map(String) : [];
  return {
    field,
    peers: [decodeLimitPeer(decoder, written, field)],
    ports: readPorts(decoder, texts.length === 0 ? ['UDP/53', 'TCP/53'] : texts, `${field}/ports`).list,
  };
}

/** Blocks that mean exactly their addresses. */
function readBlocks(decoder: Decoder, texts: readonly string[], pointer: string): Addresses {
  return unite(
    ...texts.map((text, index) => {
      const cidr = parseCidr(text);
      if (cidr?.canonical === true) return addressesOf(cidr.block);
      decoder.report(
        'cluster.cidr',
        `${pointer}/${index}`,
        `"${text.slice(0, 80)}" is no CIDR in canonical form`,
      );
      return noAddresses;
    }),
  );
}

function readPorts(
  decoder: Decoder,
  texts: readonly string[],
  pointer: string,
): { readonly set: Connections; readonly list: LimitRule['ports'] } {
  const list = texts.flatMap((text, index) => {
    const found = /^(TCP|UDP|SCTP)\/([0-9]{1,5})$/.exec(text);
    const port = Number(found?.[2]);
    const protocol = (['TCP', 'UDP', 'SCTP'] as const).find((known) => known === found?.[1]);
    if (protocol !== undefined && port >= 1 && port <= 65535) return [{ protocol, port }];
    decoder.report(
      'port.form',
      `${pointer}/${index}`,
      `"${text.slice(0, 80)}" is no port; write for example TCP/6443`,
    );
    return [];
  });
  return { list, set: connections.numericConnections(list) };
}

/** The cast of the concrete tests: three namespaces, a few pods, and a way to write policies as people do. */
import { parse } from 'yaml';
import { describe as describeIssue } from '../../../src/config/issue.ts';
import type { NetworkPolicy } from '../../../src/k8s/networkPolicy.ts';
import { decodeNetworkPolicy } from '../../../src/k8s/networkPolicyDecode.ts';
import { hostAddress } from '../../../src/netpol/concrete/world.ts';
import type {
  ConcreteAddress,
  ConcreteNamespace,
  ConcretePod,
  HostAddress,
} from '../../../src/netpol/concrete/world.ts';

export const labels = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(' ').flatMap((pair): [string, string][] => {
      const [key, value] = pair.split('=');
      return key === undefined || key === '' ? [] : [[key, value ?? '']];
    }),
  );

export const ip = (text: string): HostAddress => {
  const address = hostAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
};

export const external = (text: string): ConcreteAddress => ({ kind: 'address', address: ip(text) });

export const namespace = (name: string, text = ''): ConcreteNamespace => ({ name, labels: labels(text) });

export const shop = namespace('shop', 'tenant=shop env=prod');
export const bank = namespace('bank', 'tenant=bank env=prod');
export const empty = namespace('empty', '');

interface Traits {
  readonly ips?: readonly string[];
  readonly hostNetwork?: boolean;
  readonly ports?: readonly string[];
}

/** `ports` are written `name:PROTOCOL/number`. */
export function pod(home: ConcreteNamespace, name: string, text: string, traits: Traits = {}): ConcretePod {
  return {
    kind: 'pod',
    namespace: home,
    name,
    labels: labels(text),
    ips: (traits.ips ?? []).map(ip),
    hostNetwork: traits.hostNetwork ?? false,
    ports: (traits.ports ?? []).map((port) => {
      const parsed = /^(.+):(TCP|UDP|SCTP)\/(\d+)$/.exec(port);
      const protocol = (['TCP', 'UDP', 'SCTP'] as const).find((known) => known === parsed?.[2]);
      if (parsed?.[1] === undefined || protocol === undefined) throw new Error(`${port} is no named port`);
      return { name: parsed[1], protocol, number: Number(parsed[3]) };
    }),
  };
}

export const web = pod(shop, 'web', 'app=web', { ips: ['10.244.1.1'], ports: ['http:TCP/8080'] });
export const db = pod(shop, 'db', 'app=db', {
  ips: ['10.244.1.2'],
  ports: ['sql:TCP/5432', 'http:TCP/9090'],
});
export const teller = pod(bank, 'teller', 'app=web role=teller', { ips: ['10.244.2.1'] });
export const stray = pod(empty, 'stray', '', { ips: ['10.244.3.1'] });
export const agent = pod(empty, 'agent', 'app=web', { ips: ['192.168.0.7'], hostNetwork: true });

/** Reads one policy in `home` from the YAML of its `spec`. */
export function policy(home: ConcreteNamespace, spec: string, name = 'p'): NetworkPolicy {
  const read = decodeNetworkPolicy(
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace: home.name },
      spec: parse(spec) as unknown,
    },
    { strict: false },
  );
  if (!read.ok) throw new Error(read.issues.map(describeIssue).join('\n'));
  return read.value;
}

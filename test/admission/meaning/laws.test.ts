/** The functions of meaning against the concrete evaluator: the side that a rule may rely on is never wrong. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatAddress } from '../../../src/k8s/cidr.ts';
import type { ConcreteEndpoint, Connection } from '../../../src/netpol/concrete/world.ts';
import { addressesOf } from '../../../src/netpol/concrete/world.ts';
import { judgePolicy } from '../../../src/boundary/judge.ts';
import { selects } from '../../../src/k8s/labelSelector.ts';
import { lawCases } from '../../netpol/laws.ts';
import { someCase } from '../../boundary/arbitraries.ts';
import {
  boundariesOf,
  certainlyAllowed,
  isForbidden,
  liesIn,
  looseSwitches,
  mayOpen,
  opens,
  tell,
} from '../../boundary/oracle.ts';
import type { Probe } from '../../boundary/oracle.ts';
import { everySubject, probesFor } from '../../boundary/probes.ts';
import { caseScenario, policy } from '../../boundary/scenario.ts';
import { asking, listed, submitted } from './asking.ts';

const flows = 120;
const cases = lawCases();
const fails = (what: string, probe: Probe): never => {
  throw new Error(`${what}: ${tell(probe)}`);
};
const protocolOf = ({ connection }: Probe): string => connection.protocol;
/** Mapped addresses are refused as questions. */
const textsOf = (endpoint: ConcreteEndpoint): readonly string[] =>
  addressesOf(endpoint)
    .map(({ family, value }) => formatAddress(family, value))
    .filter((text) => !text.startsWith('::ffff:'));

describe('network.isolates', () => {
  test('is true exactly where every pod is selected in that direction', () => {
    fc.assert(
      fc.property(someCase, fc.constantFrom('Ingress' as const, 'Egress' as const), (given, direction) => {
        const scene = caseScenario(given);
        const { policyTypes, podSelector } = policy(given.policy);
        const every = everySubject(scene).every(({ labels }) => selects(podSelector, labels));
        expect(asking(scene)('network.isolates', submitted(given.policy), direction)).toBe(
          every && policyTypes.includes(direction),
        );
      }),
      cases,
    );
  });
});

describe('network.reaches', () => {
  test('is true wherever some plugin lets some selected pod reach that address', () => {
    fc.assert(
      fc.property(someCase, fc.nat(), (given, seed) => {
        const scene = caseScenario(given);
        const some = policy(given.policy);
        const ask = asking(scene);
        for (const probe of probesFor(scene, 'Egress', [some], given, seed, flows)) {
          if (!mayOpen(scene, some, probe)) continue;
          for (const text of textsOf(probe.peer)) {
            const { connection } = probe;
            const port =
              connection.protocol === 'OTHER' || connection.port === 0 ? undefined : connection.port;
            const asked = port === undefined ? [text] : [text, connection.protocol, port];
            if (ask('network.reaches', submitted(given.policy), ...asked) !== true)
              fails('is said not to reach', probe);
          }
        }
      }),
      cases,
    );
  });

  test('is false where no plugin lets any selected pod reach an address outside of the cluster', () => {
    fc.assert(
      fc.property(someCase, fc.nat(), (given, seed) => {
        const scene = caseScenario(given);
        const some = policy(given.policy);
        const ask = asking(scene);
        const { podCIDRs, nodeCIDRs, serviceCIDRs } = scene.cluster;
        for (const probe of probesFor(scene, 'Egress', [some], given, seed, 40)) {
          const { peer, connection } = probe;
          if (peer.kind !== 'address' || connection.protocol === 'OTHER' || connection.port === 0) continue;
          const { family, value } = peer.address;
          if (family === 'IPv6' || liesIn([...podCIDRs, ...nodeCIDRs, ...serviceCIDRs], family, value))
            continue;
          const opened = everySubject(scene).some((subject) => mayOpen(scene, some, { ...probe, subject }));
          const said = ask(
            'network.reaches',
            submitted(given.policy),
            formatAddress(family, value),
            connection.protocol,
            connection.port,
          );
          if (said !== opened)
            fails(`network.reaches is ${JSON.stringify(said)}, not ${String(opened)}`, probe);
        }
      }),
      cases,
    );
  });
});

const blocks = [
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.244.0.0/16',
  '192.168.0.0/23',
  '203.0.113.0/24',
  '::/0',
  'fd00::/8',
];
const ports = ['TCP', 'UDP', 'SCTP', 'OTHER', 'TCP/80', 'TCP/80-90', 'TCP/web', 'UDP/53'];

/** Whether a connection to a destination is one of the listed ports, read without any algebra. */
const isListed = (list: readonly string[], connection: Connection, destination: ConcreteEndpoint): boolean =>
  list.some((text) => {
    const [protocol, rest] = text.split('/');
    if (connection.protocol === 'OTHER' || protocol !== connection.protocol)
      return protocol === connection.protocol;
    if (rest === undefined) return true;
    const [low = '', high = low] = rest.split('-');
    if (/^\d/.test(low)) return Number(low) <= connection.port && connection.port <= Number(high);
    return (
      destination.kind === 'pod' &&
      destination.ports.some(
        ({ name, number, protocol: its }) =>
          name === low && number === connection.port && its === connection.protocol,
      )
    );
  });

describe.each(['Ingress', 'Egress'] as const)('network.%sWithin', (direction) => {
  const name = `network.${direction.toLowerCase()}Within`;
  test('is true only where no plugin opens anything outside the set', () => {
    fc.assert(
      fc.property(
        someCase,
        fc.subarray(blocks, { minLength: 1 }),
        fc.subarray(ports, { minLength: 3 }),
        fc.nat(),
        (given, set, list, seed) => {
          const scene = caseScenario(given);
          const some = policy(given.policy);
          if (asking(scene)(name, submitted(given.policy), set, list) !== true) return;
          for (const probe of probesFor(scene, direction, [some], given, seed, flows)) {
            if (!mayOpen(scene, some, probe)) continue;
            const { peer, subject, connection } = probe;
            const destination = direction === 'Egress' ? peer : subject;
            if (!isListed(list, connection, destination)) fails('has a port outside', probe);
            // The plugins give one name to both families, so what the address stands for is enough.
            if (addressesOf(peer).some(({ family, value }) => !liesIn(set, family, value)))
              fails('has an address outside', probe);
          }
        },
      ),
      cases,
    );
  });
});

describe('network.egressWithin', () => {
  const someBlock = fc.constantFrom(
    '10.0.0.0/8',
    '10.1.0.0/16',
    '10.2.0.0/16',
    '10.0.0.0/15',
    '203.0.113.0/24',
  );
  const somePort = fc.constantFrom(
    { port: 80 },
    { port: 80, endPort: 90 },
    { protocol: 'UDP', port: 53 },
    {},
  );
  const rule = fc.record({
    to: fc.array(
      someBlock.map((cidr) => ({ ipBlock: { cidr } })),
      { minLength: 1, maxLength: 3 },
    ),
    ports: fc.array(somePort, { maxLength: 2 }),
  });
  test('is exact for addresses and numbers', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 3 }),
        fc.array(someBlock, { maxLength: 3 }),
        fc.subarray(['TCP/80', 'TCP/80-85', 'TCP/86-90', 'TCP', 'UDP/53', 'UDP', 'SCTP', 'OTHER']),
        fc.constantFrom('', 'known'),
        (egress, set, list, known) => {
          const given = { podSelector: {}, policyTypes: ['Egress'], egress };
          const scene = caseScenario({ ...bare, knownCluster: known !== '' });
          const some = policy(given);
          const connections: readonly Connection[] = [
            ...[1, 79, 80, 81, 85, 86, 90, 91].map((port) => ({ protocol: 'TCP' as const, port })),
            ...[53, 54].map((port) => ({ protocol: 'UDP' as const, port })),
            { protocol: 'SCTP', port: 1 },
            { protocol: 'OTHER' },
          ];
          const [subject] = everySubject(scene);
          if (subject === undefined) throw new Error('nobody');
          const values = [0x0a000001n, 0x0a010001n, 0x0a020001n, 0x0a030001n, 0xcb007101n, 0x08080808n];
          const outside = values.some((value) =>
            connections.some((connection) => {
              const peer = { kind: 'address', address: { family: 'IPv4', value } } as const;
              const opened = mayOpen(scene, some, { direction: 'Egress', subject, peer, connection });
              return opened && !(liesIn(set, 'IPv4', value) && isListed(list, connection, peer));
            }),
          );
          expect(asking(scene)('network.egressWithin', submitted(given), set, list)).toBe(!outside);
        },
      ),
      cases,
    );
  });
});

const bare = {
  direction: 'Egress' as const,
  boundaries: [],
  exceptions: [],
  labels: { tenant: 'a' },
  policy: {},
  old: {},
};

describe('network.opens', () => {
  test('lists every flow that the new policy allows on a plugin where the old one does not', () => {
    fc.assert(
      fc.property(someCase, fc.nat(), (given, seed) => {
        const scene = caseScenario(given);
        const [now, before] = [policy(given.policy), policy(given.old)];
        const list = listed(
          asking(scene)('network.opens', submitted(given.policy), submitted(given.old)),
        ).map(({ direction, protocol }) => `${String(direction)} ${String(protocol)}`);
        for (const probe of probesFor(scene, given.direction, [now], given, seed, flows)) {
          const isNew = looseSwitches(scene).some(
            (switches) => opens(now, probe, switches) && !opens(before, probe, switches),
          );
          if (isNew && !list.includes(`${probe.direction} ${protocolOf(probe)}`))
            fails('is not listed', probe);
        }
      }),
      lawCases(0.5),
    );
  });
  test('lists nothing for an update that changes nothing', () => {
    fc.assert(
      fc.property(someCase, (given) => {
        const ask = asking(caseScenario(given));
        expect(ask('network.opens', submitted(given.policy), submitted(given.policy))).toEqual([]);
      }),
      cases,
    );
  });
});

describe('boundary.excess', () => {
  test('is empty exactly where the judgement of Boundaries finds nothing', () => {
    fc.assert(
      fc.property(someCase, (given) => {
        const scene = caseScenario(given);
        const judged = judgePolicy(policy(given.policy), undefined, scene.own, scene.world, {
          left: 100_000,
        });
        const list = listed(asking(scene)('boundary.excess', submitted(given.policy)));
        expect(list.length === 0).toBe(judged.violations.length === 0);
        expect(new Set(list.map(({ boundary }) => boundary))).toEqual(
          new Set(judged.violations.map(({ rule }) => rule)),
        );
      }),
      cases,
    );
  });
  test('lists the protocol of every flow that leaves a boundary', () => {
    fc.assert(
      fc.property(someCase, fc.nat(), (given, seed) => {
        const scene = caseScenario(given);
        const some = policy(given.policy);
        const list = listed(asking(scene)('boundary.excess', submitted(given.policy))).map(
          ({ boundary, protocol }) => `${String(boundary)} ${String(protocol)}`,
        );
        for (const probe of probesFor(scene, given.direction, [some], given, seed, flows)) {
          if (!mayOpen(scene, some, probe)) continue;
          for (const one of boundariesOf(scene, scene.own)) {
            const leaves =
              !certainlyAllowed(scene, one, probe) ||
              one.never[probe.direction].some((prohibited) => isForbidden(scene, one, prohibited, probe));
            if (leaves && !list.includes(`${one.name} ${protocolOf(probe)}`))
              fails(`leaves ${one.name}`, probe);
          }
        }
      }),
      cases,
    );
  });
});

/** The functions of meaning (api.md 2), ready for the expressions of one request. */
import type { ExtensionFunctions } from '../../cel/evaluation/frame.ts';
import type { Value } from '../../cel/values/value.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import { readAddresses, readBlocks } from './addressList.ts';
import { beyondLimits } from './beyond.ts';
import { type Body, Desk, type MeaningSources } from './desk.ts';
import { readDirection } from './direction.ts';
import { type Flow, entriesOf } from './flowEntry.ts';
import { isolatesAll } from './isolates.ts';
import { opened } from './opens.ts';
import { everyPort, readConnections, readPortNumber, readProtocol } from './portList.ts';
import { type Wanted, mightReach } from './reaches.ts';
import { Refusal, tooComplex } from './refusal.ts';
import { isWithin } from './within.ts';

/** Makes the functions for a request. Nothing is computed before one of them is called. */
export function meaningFunctions(sources: MeaningSources): ExtensionFunctions {
  let desk: Desk | undefined;
  return {
    get: (name) => {
      const body = bodies.get(name);
      if (body === undefined) return undefined;
      return (values, pay) => (desk ??= new Desk(sources)).answer(name, body, values, pay);
    },
  };
}

const isolates: Body = (desk, [policy = null, direction = null]) => {
  const subject = desk.subject(policy);
  const asked = readDirection(direction);
  if (subject instanceof Refusal) return subject;
  return asked instanceof Refusal ? asked : isolatesAll(subject.policy, asked);
};

const within =
  (direction: Direction): Body =>
  (desk, [policy = null, blocks = null, list]) => {
    const subject = desk.subject(policy);
    if (subject instanceof Refusal) return subject;
    const addresses = readBlocks(blocks);
    if (addresses instanceof Refusal) return addresses;
    const ports = list === undefined ? everyPort : readConnections(list);
    if (ports instanceof Refusal) return ports;
    const flows = subject.flows(direction);
    desk.looked(flows.length * (1 + ports.length));
    return isWithin(flows, addresses, ports, subject.setting.cluster, desk.budget);
  };

const reaches: Body = (desk, [policy = null, address = null, protocol, port = null]) => {
  const subject = desk.subject(policy);
  if (subject instanceof Refusal) return subject;
  const addresses = readAddresses(address);
  if (addresses instanceof Refusal) return addresses;
  const wanted = protocol === undefined ? undefined : readWanted(protocol, port);
  if (wanted instanceof Refusal) return wanted;
  const flows = subject.flows('Egress');
  desk.looked(flows.length);
  return mightReach(flows, addresses, wanted, subject.setting.cluster);
};

function readWanted(protocol: Value, port: Value): Wanted | Refusal {
  const name = readProtocol(protocol);
  if (name instanceof Refusal) return name;
  const number = readPortNumber(port);
  return number instanceof Refusal ? number : { protocol: name, port: number };
}

const opens: Body = (desk, [policy = null, old = null]) => {
  const subject = desk.subject(policy);
  if (subject instanceof Refusal) return subject;
  const before = old === null ? undefined : desk.subject(old);
  if (before instanceof Refusal) return before;
  return listed(desk, opened(subject, before, desk.budget));
};

const excess: Body = (desk, [policy = null]) => {
  const { bounded, lookup, ruleSet, exceptions } = desk.sources;
  if (!bounded)
    return new Refusal('no rules are known here; try it in a GuardrailPolicy with bulkhead review');
  const subject = desk.subject(policy);
  if (subject instanceof Refusal) return subject;
  const { namespace } = subject.setting;
  if (ruleSet.exemptNamespaces.has(namespace)) return [];
  const found = lookup(namespace);
  if (typeof found !== 'string')
    return listed(desk, beyondLimits(subject, ruleSet.guardOf(found, exceptions).limits, desk.budget));
  const why = found === 'absent' ? 'does not exist' : 'could not be looked up';
  return new Refusal(`namespace "${namespace}" ${why}, so it is not known which boundaries hold in it`);
};

/** More flows than this are no list that a rule can judge. */
const mostListed = 1_000;

function listed(desk: Desk, flows: readonly Flow[] | Refusal): Value | Refusal {
  if (flows instanceof Refusal) return flows;
  desk.looked(flows.length * 4);
  return flows.length > mostListed ? tooComplex : flows.flatMap(entriesOf);
}

const bodies: ReadonlyMap<string, Body> = new Map([
  ['network.isolates', isolates],
  ['network.egressWithin', within('Egress')],
  ['network.ingressWithin', within('Ingress')],
  ['network.reaches', reaches],
  ['network.opens', opens],
  ['boundary.excess', excess],
]);

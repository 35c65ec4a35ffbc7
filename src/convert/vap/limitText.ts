/** CEL that says how a submitted NetworkPolicy stands to a simple limit: 0 inside, 1 not decided here, 2 certainly outside. */
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import type { Connections } from '../../netpol/connections.ts';
import { isCovered, isNamed, meets, numbersAddUp } from './connectionText.ts';
import { all, any, list, text } from './expression.ts';
import { fixes, isPlain, namesNamespaces, where } from './selectorText.ts';
import type { Equality, SimpleRule } from './simpleLimit.ts';

/** Addresses that are forbidden on some connections. */
export interface SimpleNever {
  readonly connections: Connections;
  readonly blocks: readonly string[];
}

/** One direction of one Boundary. `rules` is undefined where there is no limit. */
export interface SimpleDirection {
  readonly direction: Direction;
  readonly rules: readonly SimpleRule[] | undefined;
  readonly never: readonly SimpleNever[];
  /** Blocks that may mean more than their own addresses: the pod ranges, and what folds to IPv4. */
  readonly lifted: readonly string[];
  /** Addresses outside every block of the rules: whoever may reach one is outside. */
  readonly probes: readonly string[];
  /** Some Boundary pins port names, so that a name may mean fewer ports than it says. */
  readonly pinned: boolean;
}

/** How every part of the policy at `root` stands: rules, peers, ports, then the limit and what is never allowed. */
export function standing(root: string, of: SimpleDirection): string {
  const field = of.direction.toLowerCase();
  const peers = of.direction === 'Egress' ? 'to' : 'from';
  const written = `has(${root}.spec.${field})`;
  const defaulted = of.direction === 'Ingress' ? 'true' : `(${written} && ${root}.spec.${field}.size() > 0)`;
  const isolates = `(has(${root}.spec.policyTypes) && ${root}.spec.policyTypes.size() > 0 ? ${text(of.direction)} in ${root}.spec.policyTypes : ${defaulted})`;
  const rules = `(${isolates} && ${written} ? dyn(${root}.spec.${field}) : dyn([]))`;
  // What is left out stands for everything; an item of its own says so, because an empty item has another meaning.
  const each = (item: string): string =>
    `(has(r.${item}) && r.${item}.size() > 0 ? dyn(r.${item}) : dyn([{"everything": true}]))`;
  const states = [
    ...(of.rules === undefined ? [] : [limitState(root, of, of.rules)]),
    ...(of.never.length === 0 ? [] : [neverState(of)]),
  ];
  return `${rules}.map(r, ${each(peers)}.map(p, ${each('ports')}.map(q, [${states.join(', ')}])))`;
}

/** Some part of a `standing` is `state`. */
export const someIs = (variable: string, claim: string): string =>
  `${variable}.exists(a, a.exists(b, b.exists(c, c.exists(s, ${claim}))))`;

const isAnyone = 'has(p.everything)';
const cidr = 'p.ipBlock.cidr';
const isCanonical = `(isCIDR(${cidr}) && cidr(${cidr}).masked() == cidr(${cidr}))`;
const excepts = '(has(p.ipBlock.except) ? p.ipBlock.except : [])';
const overlaps = (other: string): string =>
  `(cidr(${other}).containsCIDR(${cidr}) || cidr(${cidr}).containsCIDR(${other}))`;

function limitState(root: string, of: SimpleDirection, rules: readonly SimpleRule[]): string {
  const subjects = rules.map(({ subject }) =>
    all(
      ...subject.map(({ key, value }) =>
        all(`has(${root}.spec.podSelector)`, fixes(`${root}.spec.podSelector`, key, text(value))),
      ),
    ),
  );
  const covered = (holdsPeer: (rule: SimpleRule) => string): string =>
    isCovered(
      rules.flatMap((rule, index) => {
        const claim = holdsPeer(rule);
        return claim === 'false'
          ? []
          : [{ ports: rule.ports, holdsPeer: all(subjects[index] ?? 'false', claim) }];
      }),
    );
  const unsureNames = of.pinned || numbersAddUp(rules);
  const sure = (state: string): string => (unsureNames ? `(${isNamed} ? 1 : ${state})` : state);
  const outside = of.probes.length === 0 ? '1' : '2';
  const named = of.direction === 'Egress' ? isNamed : 'false';

  const everyPod = covered(({ peer }) =>
    peer.sort === 'anyone' || (peer.sort === 'pods' && isUnconditional(peer)) ? 'true' : 'false',
  );
  const everything = covered(({ peer }) => (peer.sort === 'anyone' ? 'true' : 'false'));
  const anyone = `(!${everyPod} ? ${sure('2')} : ${named} || ${everything} ? 0 : ${sure(outside)})`;

  const block = covered(({ peer }) => {
    if (peer.sort === 'anyone') return 'true';
    return peer.sort === 'pods' ? 'false' : `${list(peer.blocks)}.exists(d, cidr(d).containsCIDR(${cidr}))`;
  });
  const isLifted = of.lifted.length === 0 ? 'false' : `${list(of.lifted)}.exists(d, ${overlaps('d')})`;
  const probed =
    of.probes.length === 0
      ? 'false'
      : `${list(of.probes)}.exists(x, cidr(${cidr}).containsIP(x) && !${excepts}.exists(e, !isCIDR(e) || cidr(e).containsIP(x)))`;
  const blocks = `(!${isCanonical} ? 1 : ${named} ? (${isLifted} ? 1 : 0) : !${isLifted} && ${block} ? 0 : (!${isLifted} && ${excepts}.size() == 0) || ${probed} ? ${sure('2')} : 1)`;

  const pods = covered(({ peer }) => {
    if (peer.sort === 'anyone') return 'true';
    return peer.sort === 'pods' ? holdsPods(peer) : 'false';
  });
  const decided = all(
    any(
      '!has(p.namespaceSelector)',
      all(isPlain('p.namespaceSelector'), `!${namesNamespaces('p.namespaceSelector')}`),
    ),
    any('!has(p.podSelector)', isPlain('p.podSelector')),
  );
  return `(${isAnyone} ? ${anyone} : has(p.ipBlock) ? ${blocks} : ${pods} ? 0 : ${decided} ? ${sure('2')} : 1)`;
}

type PodsPeer = Extract<SimpleRule['peer'], { sort: 'pods' }>;

const isUnconditional = ({ own, namespace, same, pod }: PodsPeer): boolean =>
  !own && namespace.length === 0 && same.length === 0 && pod.length === 0;

/** The pods of peer `p` are all among those of a rule. A peer without namespaceSelector is the policy's own namespace, whose labels are known. */
function holdsPods({ own, namespace, same, pod }: PodsPeer): string {
  const isOwn = '!has(p.namespaceSelector)';
  const asks = (key: string, value: string): string =>
    all('has(p.namespaceSelector)', fixes('p.namespaceSelector', key, value));
  const ownValue = (key: string): string =>
    key === nameLabel ? 'request.namespace' : `variables.space[${text(key)}]`;
  const hasOwn = (key: string): string => (key === nameLabel ? 'true' : `${text(key)} in variables.space`);
  return all(
    ...(own ? [any(isOwn, asks(nameLabel, 'request.namespace'))] : []),
    ...namespace.map(({ key, value }) =>
      any(all(isOwn, hasOwn(key), `${ownValue(key)} == ${text(value)}`), asks(key, text(value))),
    ),
    ...same.map((key) => all(hasOwn(key), `${ownValue(key)} != ""`, any(isOwn, asks(key, ownValue(key))))),
    ...pod.map(({ key, value }: Equality) => where('p', 'podSelector', (at) => fixes(at, key, text(value)))),
  );
}

/** A block that holds a forbidden one but for one exception, or is held by it, surely meets it; with several exceptions it may not. */
function neverState({ never, lifted, direction }: SimpleDirection): string {
  const named = direction === 'Egress' ? isNamed : 'false';
  const cleared = `(cidr(${cidr}).containsCIDR(n) && ${excepts}.exists(e, isCIDR(e) && cidr(e).containsCIDR(n)))`;
  const smaller = `(cidr(n).containsCIDR(${cidr}) ? ${cidr} : n)`;
  const unsure = `${excepts}.filter(e, !isCIDR(e) || cidr(${smaller}).containsCIDR(e)).size() > 1`;
  const hit = (claim: string): string =>
    any(
      ...never.map(({ connections, blocks }) =>
        all(meets(connections), `${list(blocks)}.exists(n, ${overlaps('n')} && !${cleared} && ${claim})`),
      ),
    );
  const onAny = any(...never.map(({ connections }) => meets(connections)));
  const folds = lifted.filter((one) => one.includes(':'));
  const isFolded = folds.length === 0 ? 'false' : `${list(folds)}.exists(d, ${overlaps('d')})`;
  const blocks = `(!${isCanonical} ? 1 : ${hit(`!(${unsure})`)} ? 2 : ${any(hit(unsure), isFolded)} ? 1 : 0)`;
  return `(${named} ? 0 : ${isAnyone} ? (${onAny} ? 2 : 0) : has(p.ipBlock) ? ${blocks} : 0)`;
}

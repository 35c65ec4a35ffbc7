/** The points on which network plugins differ, as named switches: one setting of all of them is one possible implementation. */

/** One way to implement NetworkPolicy. Absent and empty lists mean the same everywhere and are no switch. */
export interface Switches {
  /** An ipBlock matches the addresses of ordinary pods too (Calico and most others); Cilium does not (cilium #9209). */
  readonly ipBlockMatchesPods: boolean;
  /** Policies bind protocols other than TCP, UDP and SCTP: a rule without `ports` allows them, nothing else does. False: they pass unseen. */
  readonly otherProtocols: boolean;
  /** A pod reaches itself whatever the policies say (k/k#95879). */
  readonly loopback: boolean;
  /** Selectors select hostNetwork pods, as subjects and as peers. False (nearly everywhere): they count as their node's address. */
  readonly hostNetworkSelected: boolean;
  /** Policies bind IPv6. False: it passes unseen. */
  readonly ipv6: boolean;
  /** ::ffff:a.b.c.d is read as a.b.c.d in `cidr` and in `except`, as Go's net package does. */
  readonly foldMapped: boolean;
  /** An IPv6 block that is wider than ::ffff:0:0/96 holds IPv4 addresses by their mapped spelling, as evaluators on 128-bit numbers have it; Go's net package does not. */
  readonly foldWider: boolean;
  /** Prefixes (RFC 6052: /32, /40, /48, /56, /64, /96) behind which a translator reaches IPv4 addresses. */
  readonly nat64: readonly string[];
  /** 2002:a.b.c.d::/48 reaches a.b.c.d (RFC 3056). */
  readonly sixToFour: boolean;
  /** How the numbers of 010.0.0.0/8 are read: 10 by Kubernetes, 8 by inet_aton. */
  readonly leadingZeros: 'decimal' | 'octal';
}

/** The implementation that Kubernetes' documentation and conformance tests describe. */
export const documented: Switches = {
  ipBlockMatchesPods: true,
  otherProtocols: true,
  loopback: true,
  hostNetworkSelected: false,
  ipv6: true,
  foldMapped: true,
  foldWider: false,
  nat64: [],
  sixToFour: false,
  leadingZeros: 'decimal',
};

/** The parts of the cluster's configuration that decide how addresses may be rewritten on the way. */
export interface Translations {
  readonly nat64: readonly string[];
  readonly sixToFour: boolean;
}

const spellings = [
  { foldMapped: false, leadingZeros: 'decimal' },
  { foldMapped: true, leadingZeros: 'decimal' },
  { foldMapped: false, leadingZeros: 'octal' },
  { foldMapped: true, leadingZeros: 'octal' },
] as const;

/**
 * The implementations under which a policy opens the most, one for each way to read odd spellings. What *some* of them allows is what the
 * policy may open (semantics.md 2.1, column "may").
 */
export const permissive = ({ nat64, sixToFour }: Translations): readonly Switches[] =>
  spellings.map((spelling) => ({
    ...documented,
    ...spelling,
    foldWider: spelling.foldMapped,
    hostNetworkSelected: true,
    nat64,
    sixToFour,
  }));

/**
 * The implementations under which rules open the least. What *every one* of them allows is what the rules certainly allow
 * (semantics.md 2.1, column "must").
 */
export const restrictive: readonly Switches[] = spellings.map((spelling) => ({
  ...documented,
  ...spelling,
  ipBlockMatchesPods: false,
  loopback: false,
}));

/** What each code of a finding says, in one place: for the lists of rules that report formats ask for. */
import { invariantCodes } from '../../boundary/invariants/codes.ts';

/** Codes that only a scan gives: they are about what is missing or served, not about a request. */
export const scanCodes = {
  'floor.missing': 'A guarded namespace has no policy bulkhead-floor.',
  'floor.incomplete':
    'The floor of a guarded namespace does not isolate every pod in every limited direction.',
  'otherPolicies.served': 'Policies of a kind that no Boundary keeps out can be written in this cluster.',
} as const satisfies Readonly<Record<string, string>>;

const ofRequests: Readonly<Record<string, string>> = {
  'boundary.ingress': 'A NetworkPolicy allows more into its namespace than a Boundary does.',
  'boundary.egress': 'A NetworkPolicy allows more out of its namespace than a Boundary does.',
  'boundary.never': 'A NetworkPolicy allows what a Boundary never allows.',
  'boundary.unproven': 'A NetworkPolicy is too complex to be proven inside its Boundary.',
  'namespace.absent': 'An object is in a namespace that is not there, so nobody can tell what guards it.',
  policy: 'An object breaks a guardrail.',
  'policy.error': 'A guardrail could not be evaluated.',
};

const known: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...invariantCodes, ...scanCodes, ...ofRequests }),
);

/** One sentence about a code; the code itself where there is none. */
export const describeCode = (code: string): string => known.get(code) ?? code;

/** A baseline: the findings that are known and accepted for now, so that only new ones fail. */
import type { Document } from '../../config/document.ts';
import type { Read } from '../../config/issue.ts';
import { sound } from '../../config/issue.ts';
import { readSchema } from '../../config/readSchema.ts';
import { object } from '../../config/shape.ts';
import type { Settled } from '../../config/shape.ts';
import type { Finding, FoundResource } from './finding.ts';

const text = (maxLength: number, description: string) =>
  ({ type: 'string', maxLength, description }) as const;

/** The file: what is compared is the fingerprint, the rest is for those who review it. */
export const baselineSchema = object({
  apiVersion: { const: 'bulkhead.dev/v1alpha1', description: 'The version of this form.' },
  kind: { const: 'ScanBaseline', description: 'Always ScanBaseline.' },
  findings: {
    type: 'array',
    maxItems: 1_000_000,
    items: object({
      fingerprint: {
        type: 'string',
        pattern: '^[0-9a-f]{32}$',
        description: 'What the finding is recognised by.',
      },
      code: text(100, 'What was found.'),
      rule: text(300, 'The rule that found it.'),
      resource: text(700, 'The object.'),
      field: text(4200, 'Where in the object.'),
    }),
  },
});

export type Baseline = Settled<typeof baselineSchema>;

/** Reads a baseline file; every mistake is named with its place. */
export function readBaseline(document: Document): Read<Baseline> {
  const read = readSchema(baselineSchema, document.value, document);
  return read.ok ? sound(read.value) : read;
}

/** The baseline that would accept these findings, in an order that makes good diffs. Audited findings are none: they fail nothing. */
export function baselineOf(findings: readonly Finding[]): Baseline {
  const seen = new Set<string>();
  const told = findings.flatMap(({ violation, resource, fingerprint }) => {
    if (violation.action === 'Audit' || seen.has(fingerprint)) return [];
    seen.add(fingerprint);
    const { code, rule, field } = violation;
    return [{ fingerprint, code, rule, resource: titleOf(resource), field }];
  });
  const order = (one: (typeof told)[number]): string =>
    [one.resource, one.code, one.rule, one.fingerprint].join('\n');
  return {
    apiVersion: 'bulkhead.dev/v1alpha1',
    kind: 'ScanBaseline',
    findings: told.sort((a, b) => (order(a) < order(b) ? -1 : 1)),
  };
}

/** How findings stand to a baseline: which of them it knows, and how many of its own are gone. */
export interface Comparison {
  readonly isKnown: (finding: Finding) => boolean;
  readonly gone: number;
}

/** Compares by fingerprint; without a baseline nothing is known. */
export function compareWith(baseline: Baseline | undefined, findings: readonly Finding[]): Comparison {
  const accepted = new Set(baseline?.findings.map(({ fingerprint }) => fingerprint));
  const present = new Set(findings.map(({ fingerprint }) => fingerprint));
  return {
    isKnown: ({ fingerprint }) => accepted.has(fingerprint),
    gone: [...accepted].filter((fingerprint) => !present.has(fingerprint)).length,
  };
}

/** `NetworkPolicy payments/allow-out`. */
export const titleOf = ({ kind, namespace, name }: FoundResource): string =>
  `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;

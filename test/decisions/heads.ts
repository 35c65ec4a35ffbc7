/** Decisions whose head is sealed, as the server makes them of the bytes of a review. */
import { readReview } from '../../src/admission/review.ts';
import { allowanceOf } from '../../src/decisions/event/allowance.ts';
import type { Decided } from '../../src/decisions/event/event.ts';
import { sealHead } from '../../src/decisions/event/seal.ts';
import type { Sealed, SealedHead } from '../../src/decisions/event/seal.ts';

export const canary = 'CANARY-44b1';
export const allowance = allowanceOf({ tenantLabel: 't', labels: ['app'], annotations: [], groups: [] });

export interface Asked {
  readonly number?: number;
  readonly name?: string;
  readonly kind?: string;
  readonly groups?: readonly string[];
  readonly object?: object;
  readonly oldObject?: object | null;
  readonly operation?: string;
}

const uid = (number: number): string => `705ab4f5-6393-11e8-b7cc-${String(number).padStart(12, '0')}`;

export const pod = (note: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', labels: { app: 'wéb "x"', secret: canary }, annotations: { note } },
  spec: { hostNetwork: false, containers: [{ name: 'c', env: [{ name: 'A', value: canary }] }] },
});

/** A decision about a review; `change` is what came of it. */
export function head(
  asked: Asked = {},
  change: Partial<Decided> = {},
  allowed = allowance,
): Sealed | SealedHead {
  const body = JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: uid(asked.number ?? 1),
      kind: { kind: asked.kind ?? 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      name: asked.name ?? 'web',
      namespace: 'payments',
      operation: asked.operation ?? 'CREATE',
      userInfo: { username: 'jané', groups: asked.groups ?? [] },
      object: asked.object ?? pod('n'),
      oldObject: asked.oldObject ?? null,
      dryRun: false,
    },
  });
  const read = readReview(Buffer.from(body));
  if (!read.ok) throw new Error(read.message);
  return sealHead(
    {
      decisionId: '01900000-0000-7000-8000-000000000001',
      millis: Date.UTC(2026, 10, 21),
      door: 'validate',
      attributes: read.attributes,
      decision: 'allowed',
      violations: [],
      warnings: [],
      patch: [],
      rulesHash: '0123456789abcdef',
      namespace: undefined,
      ...change,
    },
    allowed,
  );
}

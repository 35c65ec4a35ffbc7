/** `pods.stamp`: labels of the namespace that its pods carry too, so that rules about pods can trust them. */
import type { Labels } from '../../../k8s/labelSelector.ts';
import type { NamespaceFacts } from '../../../k8s/namespaceFacts.ts';
import type { GuardingBoundary } from '../context.ts';
import type { Finding } from '../finding.ts';
import { labelField } from '../labels.ts';
import { quoted, quotedKey } from '../text.ts';

/** What the Boundaries stamp in this namespace: only labels that the namespace has. */
export function stampsOf(boundaries: readonly GuardingBoundary[], namespace: NamespaceFacts): Labels {
  const stamps = new Map<string, string>();
  for (const { stampPods } of boundaries) {
    for (const key of stampPods) {
      const value = namespace.labels.get(key);
      if (value !== undefined) stamps.set(key, value);
    }
  }
  return stamps;
}

/** Stamps that a Pod lacks, or carries with another value. One that it lacked before is told apart from one that it loses. */
export function stampFindings(labels: Labels, stamps: Labels): readonly Finding[] {
  return [...stamps].flatMap(([key, value]) => {
    const actual = labels.get(key);
    if (actual === value) return [];
    return [
      {
        identity: actual === undefined ? `${key} absent` : `${key} = ${actual}`,
        field: labelField(key),
        message: () =>
          actual === undefined
            ? `the pod lacks label ${quotedKey(key)}, which every pod of its namespace carries; set it to ${quoted(value)}`
            : `label ${quotedKey(key)} is ${quoted(actual)}, but that of the namespace is ${quoted(value)}; set it to that or leave it out`,
      },
    ];
  });
}

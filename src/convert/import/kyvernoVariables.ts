/** Variables of Kyverno in a generated policy: the namespace's own name and labels have words in a Boundary, others have none. */
import { isObject, own } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';

const ownName = /^\{\{\s*request\.object\.metadata\.name\s*\}\}$/;
const ownLabel = /^\{\{\s*request\.object\.metadata\.labels\.(?:"([^"]+)"|([\w-]+))\s*\}\}$/;

/** The spec without variables, or why that cannot be. */
export function withoutVariables(spec: JsonObject): JsonObject | string {
  const read: Record<string, unknown> = { ...spec };
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    const rules = own(spec, direction);
    if (!Array.isArray(rules)) continue;
    read[direction] = rules.map((rule: unknown) => {
      if (!isObject(rule)) return rule;
      const list = own(rule, peers);
      return Array.isArray(list) ? { ...rule, [peers]: list.map(readPeer) } : rule;
    });
  }
  if (!JSON.stringify(read).includes('{{')) return read;
  return 'the generated policy holds variables other than the own name and labels of the namespace';
}

/** Labels that equal the namespace's own become sameLabels, its own name a peer without namespaceSelector. */
function readPeer(peer: unknown): unknown {
  if (!isObject(peer)) return peer;
  const selector = own(peer, 'namespaceSelector');
  const labels = isObject(selector) ? own(selector, 'matchLabels') : undefined;
  if (!isObject(selector) || !isObject(labels)) return peer;
  const same: string[] = [];
  const kept: [string, unknown][] = [];
  let isOwn = false;
  for (const [key, value] of Object.entries(labels)) {
    const text = typeof value === 'string' ? value : '';
    const label = ownLabel.exec(text);
    if (key === nameLabel && ownName.test(text)) isOwn = true;
    else if (label !== null && (label[1] ?? label[2]) === key) same.push(key);
    else kept.push([key, value]);
  }
  if (!isOwn && same.length === 0) return peer;
  const rest = Object.fromEntries(Object.entries(peer).filter(([key]) => key !== 'namespaceSelector'));
  const expressions = own(selector, 'matchExpressions');
  const others = {
    ...(kept.length === 0 ? {} : { matchLabels: Object.fromEntries(kept) }),
    ...(expressions === undefined ? {} : { matchExpressions: expressions }),
  };
  if (isOwn) {
    // Whatever else is asked of the own namespace would have to be said of it, and a Boundary cannot.
    if (same.length > 0 || Object.keys(others).length > 0) return peer;
    return { podSelector: {}, ...rest };
  }
  return {
    ...rest,
    ...(Object.keys(others).length === 0 ? {} : { namespaceSelector: others }),
    sameLabels: same,
  };
}

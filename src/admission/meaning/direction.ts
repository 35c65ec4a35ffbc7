/** Reads the direction that a function is asked about. */
import type { Value } from '../../cel/values/value.ts';
import type { Direction } from '../../k8s/networkPolicy.ts';
import { directions } from '../../k8s/networkPolicy.ts';
import { Refusal } from './refusal.ts';

/** `Ingress` or `Egress`, as policyTypes writes them. */
export function readDirection(value: Value): Direction | Refusal {
  const found = directions.find((direction) => direction === value);
  if (found !== undefined) return found;
  const shown = typeof value === 'string' ? `"${value.slice(0, 40)}"` : 'this';
  return new Refusal(`${shown} is no direction; write 'Ingress' or 'Egress'`);
}

/** `network.isolates`: whether a policy isolates every pod of its namespace in a direction. */
import type { Direction, NetworkPolicy } from '../../k8s/networkPolicy.ts';
import { cubeOf, everyPod } from '../../netpol/cube.ts';

/** Exact: the policy names the direction and its podSelector leaves out no pod that could ever exist. */
export const isolatesAll = ({ policyTypes, podSelector }: NetworkPolicy, direction: Direction): boolean =>
  policyTypes.includes(direction) && cubeOf(podSelector, everyPod)?.size === 0;

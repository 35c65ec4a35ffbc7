/** Which rules, limits and branches the cases of suites touch, and which they do not. */
import type { CaseResult, SuiteResult } from './runSuite.ts';
import type { SuiteWorld } from './world.ts';
import { boundaryPoints, touchedInBoundaries } from './coverage/boundaries.ts';
import { guardrailPoints, touchedInGuardrails } from './coverage/guardrails.ts';
import type { Point } from './coverage/point.ts';
import { keyOfPoint } from './coverage/point.ts';

/** `percent` is rounded down, so that 100 means all; with nothing to touch it is 100. */
export interface Coverage {
  readonly points: readonly (Point & { readonly touched: boolean })[];
  readonly touched: number;
  readonly percent: number;
}

/** The coverage of all suites together: what one of them touches is touched. */
export function coverageOf(results: readonly SuiteResult[]): Coverage {
  const all = new Map<string, Point>();
  const touched = new Set<string>();
  for (const { world, cases } of results) {
    if (world === undefined) continue;
    for (const point of pointsOf(world)) all.set(keyOfPoint(point), point);
    for (const one of cases) for (const point of touchedBy(one, world)) touched.add(keyOfPoint(point));
  }
  const points = [...all].map(([key, point]) => ({ ...point, touched: touched.has(key) }));
  const count = points.filter((point) => point.touched).length;
  const percent = points.length === 0 ? 100 : Math.floor((100 * count) / points.length);
  return { points, touched: count, percent };
}

const pointsOf = ({ world: { rules } }: SuiteWorld): readonly Point[] => [
  ...boundaryPoints(rules),
  ...guardrailPoints(rules),
];

function touchedBy({ outcome }: CaseResult, { world }: SuiteWorld): readonly Point[] {
  if (outcome === undefined) return [];
  return [...touchedInBoundaries(outcome, world), ...touchedInGuardrails(outcome, world)];
}

/** Lints one compiled Boundary: whom it selects, what it limits, whom it trusts. */
import type { Boundary } from '../../boundary/boundary.ts';
import type { Surroundings } from '../../boundary/surroundings.ts';
import type { Document } from '../../config/document.ts';
import { directions } from '../../k8s/networkPolicy.ts';
import * as cubes from '../../netpol/cube.ts';
import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
import { lintLimits } from './limits.ts';
import { impossibleSelector } from './peers.ts';
import { fullLintBudget } from './resolution.ts';
import { samplesOf } from './samples.ts';
import { lintTrust } from './trust.ts';
import type { Protection } from './trust.ts';

/** Everything that is odd about a Boundary. What must hold in all namespaces is left out where there are too many sorts of them to try. */
export function lintBoundary(
  document: Document,
  boundary: Boundary,
  surroundings: Surroundings,
  protection: Protection,
): readonly Finding[] {
  const samples = samplesOf(boundary);
  return [
    ...selectsEverything(document, boundary),
    ...impossibleElsewhere(document, boundary),
    ...(samples === undefined
      ? []
      : lintLimits(document, { boundary, samples, surroundings, budget: { left: fullLintBudget } })),
    ...lintTrust(document, boundary, protection),
  ];
}

function selectsEverything(document: Document, { selector }: Boundary): readonly Finding[] {
  const selected = cubes.cubeOf(selector, cubes.everyNamespace);
  if (selected === undefined || !cubes.within(cubes.everyNamespace, selected)) return [];
  const message =
    'the selector selects every namespace but the exempt ones, also those of no tenant; select by the label that makes a namespace a tenant';
  return [
    findingAt(
      document,
      '/spec/namespaceSelector',
      { severity: 'warning', code: 'boundary.selectsEverything', message },
      'key',
    ),
  ];
}

/** Selectors in `never` and in the floor; those of limits are told where the limits are linted. */
function impossibleElsewhere(document: Document, { never, floor }: Boundary): readonly Finding[] {
  return directions
    .flatMap((direction) => [...never[direction], ...floor.allow[direction]])
    .flatMap(({ peers }) => peers.flatMap((peer) => impossibleSelector(document, peer) ?? []));
}

/** Runs the cases of a suite by the one function that decides everything else. */
import { admit } from '../../admission/admit.ts';
import type { Outcome } from '../../admission/decision.ts';
import type { Place } from '../../config/document.ts';
import type { Issue } from '../../config/issue.ts';
import { caseRequest } from './caseRequest.ts';
import type { CaseInputs } from './caseRequest.ts';
import { differences, expectsNothing } from './differences.ts';
import type { Difference } from './differences.ts';
import { suiteWorld } from './world.ts';
import type { SuiteInputs, SuiteWorld } from './world.ts';

/** What became of one case. `issues`: it could not be asked. It passed where both lists are empty. */
export interface CaseResult {
  readonly name: string;
  readonly inputs: CaseInputs;
  readonly place: Place;
  readonly outcome: Outcome | undefined;
  readonly differences: readonly Difference[];
  readonly issues: readonly Issue[];
}

/** What became of a suite. `issues`: its rules, inventory or configuration could not be read, so no case was run. */
export interface SuiteResult {
  readonly file: string;
  readonly inputs: SuiteInputs;
  readonly world: SuiteWorld | undefined;
  readonly cases: readonly CaseResult[];
  readonly issues: readonly Issue[];
}

/** Runs every case that `wanted` asks for, in the order of the suite. */
export function runSuite(inputs: SuiteInputs, wanted: (name: string) => boolean = () => true): SuiteResult {
  const { file } = inputs.suite.document;
  const read = suiteWorld(inputs);
  if (!read.ok) return { file, inputs, world: undefined, cases: [], issues: read.issues };
  const cases = inputs.cases.flatMap((one) =>
    wanted(one.case.name) ? [runCase(one, inputs, read.value)] : [],
  );
  return { file, inputs, world: read.value, cases, issues: [] };
}

function runCase(inputs: CaseInputs, { suite, inventory }: SuiteInputs, { world }: SuiteWorld): CaseResult {
  const { name, expect } = inputs.case;
  const place = suite.document.positionOf(inputs.pointer);
  const request = caseRequest(inputs, suite.document, inventory);
  const base = { name, inputs, place };
  if (!request.ok) return { ...base, outcome: undefined, differences: [], issues: request.issues };
  const outcome = admit(request.value, world, 'review');
  if (expect === undefined || expectsNothing(expect)) {
    const message = 'nothing is expected; write expect, or let bulkhead test --update write what is';
    return { ...base, outcome, differences: [{ pointer: '', message }], issues: [] };
  }
  return { ...base, outcome, differences: differences(expect, outcome, inventory), issues: [] };
}

export const casePassed = ({ differences: found, issues }: CaseResult): boolean =>
  found.length === 0 && issues.length === 0;

export const suitePassed = ({ cases, issues }: SuiteResult): boolean =>
  issues.length === 0 && cases.every(casePassed);

/** The turns of a loop: what is looped over, what each turn sees, when the loop must stop. */
import { withArticle } from '../values/wording.ts';
import { Failure } from '../values/failure.ts';
import { kindOf } from '../values/kind.ts';
import { isMap, keysOf } from '../values/map.ts';
import { type Value, Dictionary, isList } from '../values/value.ts';
import { type Evaluate, type Frame } from './frame.ts';
import { notABool } from './logic.ts';

/** What one turn of a loop sees and does. */
export interface Loop {
  readonly range: Evaluate;
  readonly at: number;
  /** Puts the loop variables of a turn into the frame. */
  readonly enter: (frame: Frame, items: Items, index: number) => void;
  readonly filter: Evaluate | undefined;
  readonly filterAt: number;
  readonly step: Evaluate;
  readonly stepAt: number;
  /** The slot of the first variable: element of a list, key of a map. */
  readonly slot: number;
  /** What building a one-element list of the step costs: nothing if it is constant. */
  readonly listCost: number;
}

/** What is looped over: the elements of a list, or the keys of a map with the map. */
export interface Items {
  readonly values: readonly Value[];
  readonly source: Value;
}

function itemsOf(frame: Frame, value: Value, at: number): Items | Failure {
  if (isList(value)) return { values: value, source: value };
  if (isMap(value)) {
    if (value instanceof Dictionary && !frame.pay(value.entries.size)) return frame.exhausted();
    return {
      values: value instanceof Dictionary ? [...keysOf(value, frame)] : frame.keysOf(value),
      source: value,
    };
  }
  return new Failure(
    'notIterable',
    `only lists and maps can be looped over, this is ${withArticle(kindOf(value))}`,
    at,
  );
}

/** Starts a loop: evaluates the range. */
export function begin(loop: Loop, frame: Frame): Items | Failure {
  const range = loop.range(frame);
  return range instanceof Failure ? range : itemsOf(frame, range, loop.at);
}

/** Whether a turn counts; a failure if its condition is no bool. */
export function admits(condition: Evaluate | undefined, frame: Frame, at: number): boolean | Failure {
  if (condition === undefined) return true;
  const value = condition(frame);
  if (typeof value === 'boolean') return value;
  return value instanceof Failure ? value : notABool(value, at);
}

/** Runs `visit` for every turn that the condition admits; answers the failure that ended the loop, if any. */
export function turns(
  loop: Loop,
  frame: Frame,
  items: Items,
  visit: (index: number) => Failure | undefined,
): Failure | undefined {
  for (let index = 0; index < items.values.length; index += 1) {
    if (frame.overrun) return frame.exhausted();
    loop.enter(frame, items, index);
    const admitted = admits(loop.filter, frame, loop.filterAt);
    if (admitted instanceof Failure) return admitted;
    if (!admitted) continue;
    const failure = visit(index);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

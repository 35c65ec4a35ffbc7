/** `optMap` and `optFlatMap`: a computation on what an optional holds. */
import { withArticle } from '../values/wording.ts';
import { type OptionalMapping } from '../syntax/expression.ts';
import { mentions } from '../syntax/mention.ts';
import { Failure, type Result } from '../values/failure.ts';
import { kindOf } from '../values/kind.ts';
import { Optional } from '../values/value.ts';
import { type Compiled, type Compiling, type Scope, dynamic } from './node.ts';

/** Compiles `target.optMap(x, body)` and `optFlatMap`; Kubernetes evaluates, and charges, the target twice where body reads it. */
export function compileOptionalMapping(compiling: Compiling, node: OptionalMapping, scope: Scope): Compiled {
  const slot = compiling.local();
  const target = compiling.compile(node.target, scope).evaluate;
  const body = compiling.compile(node.body, new Map([...scope, [node.variable, slot]])).evaluate;
  const twice = mentions(node.body, node.variable);
  return dynamic((frame): Result => {
    const before = frame.cost;
    const held = target(frame);
    if (held instanceof Failure) return held;
    const spent = frame.cost - before;
    frame.cost += 1;
    if (!(held instanceof Optional)) {
      return new Failure(
        'optionalExpected',
        `an optional is needed here, this is ${withArticle(kindOf(held))}`,
        node.at,
      );
    }
    if (held.value === undefined) {
      frame.cost += 1;
      return held;
    }
    frame.slots[slot] = held.value;
    if (twice) frame.cost += spent + 1;
    const value = body(frame);
    if (value instanceof Failure || node.flat) return value;
    frame.cost += 1;
    return new Optional(value);
  });
}

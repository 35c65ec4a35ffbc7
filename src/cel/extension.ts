/** Functions beyond Kubernetes' library: declared with types when an environment is made, implemented when a program runs. */
import { type ExtensionFunction, type Frame } from './evaluation/frame.ts';
import { type Definition, type Run, byArguments } from './library/definition.ts';
import { type LiteralCheck } from './typing/declaration.ts';
import { readSignature } from './typing/signature.ts';
import { Failure, type Result } from './values/failure.ts';
import { type Value } from './values/value.ts';

/** `{ name: 'network.isolates', signatures: ['(dyn, string): bool'] }`: at most four parameters. */
export interface Extension {
  readonly name: string;
  readonly signatures: readonly string[];
  /** Units of cost of every call, beside what the implementation pays; 1 unless said. */
  readonly cost?: number;
  /** Says what is wrong with arguments that are written out, so that the expression is refused at load. */
  readonly checkLiterals?: LiteralCheck;
}

/** The definition under which the checker and the compiler know an extension. */
export function extensionOf(extension: Extension): Definition {
  const { name, signatures, cost = 1, checkLiterals } = extension;
  return {
    name,
    cost: byArguments(() => cost),
    pure: false,
    ...(checkLiterals === undefined ? {} : { checkLiterals }),
    overloads: signatures.map((text) => {
      const signature = readSignature(text);
      return { ...signature, run: bridge(name, signature.parameters.length), cost: undefined };
    }),
  };
}

function bridge(name: string, arity: number): Run {
  return (frame, a, b, c, d) => {
    const implementation = frame.functions.get(name);
    if (implementation === undefined)
      return new Failure('extensionFailed', `${name}() is not available here`);
    return answer(frame, implementation, [a, b, c, d].slice(0, arity));
  };
}

function answer(frame: Frame, implementation: ExtensionFunction, values: readonly Value[]): Result {
  const answered = implementation(values, (units) => {
    frame.cost += units;
    return !frame.overrun;
  });
  if (frame.overrun) return frame.exhausted();
  if (answered.ok) return answered.value;
  return answered.spent === true
    ? new Failure('costExceeded', `cost budget exceeded: ${answered.message}`)
    : new Failure('extensionFailed', answered.message);
}

/** Kubernetes' library of named formats: `format.dns1123Label().validate(name)`. */
import { NamedFormat, namedFormats } from '../values/namedFormat.ts';
import { isRequestUri } from '../values/url.ts';
import { Optional } from '../values/value.ts';
import { sizeOf } from './cost.ts';
import {
  type Cost,
  type Library,
  byArguments,
  call,
  define,
  fixedCost,
  instance,
  method,
  nothing,
  one,
  text,
  two,
} from './definition.ts';

const formats = namedFormats(isRequestUri);

/** A regular expression as long as the format's own. */
const validation: Cost = byArguments((frame, a, b) =>
  a instanceof NamedFormat ? Math.ceil((1 + sizeOf(frame, b)) * 0.1) * Math.ceil(a.pattern * 0.25) : 1,
);

export const formatLibrary: Library = [
  ...[...formats].map(([name, format]) =>
    define(`format.${name}`, [
      call(
        '(): Format',
        nothing(() => format),
      ),
    ]),
  ),
  define(
    'format.named',
    [
      call(
        '(string): optional(Format)',
        one(text, (name) => new Optional(formats.get(name))),
      ),
    ],
    fixedCost,
  ),
  define(
    'validate',
    [
      method(
        'Format',
        '(string): optional(list(string))',
        two(instance(NamedFormat), text, (format, value, frame) => {
          if (!frame.pay(value.length)) return frame.exhausted();
          const mistakes = format.mistakes(value);
          return mistakes.length === 0 ? new Optional() : new Optional(mistakes);
        }),
      ),
    ],
    validation,
  ),
];

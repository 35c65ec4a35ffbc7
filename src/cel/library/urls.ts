/** Kubernetes' library of URLs. */
import { Failure } from '../values/failure.ts';
import { Url, isRequestUri, parseUrl } from '../values/url.ts';
import { type Key, type Value, Dictionary } from '../values/value.ts';
import { traversal } from './cost.ts';
import { type Library, call, define, fixedCost, instance, method, one, text } from './definition.ts';

const url = instance(Url);

const property = (name: string, read: (value: Url) => string) =>
  define(name, [method('URL', '(): string', one(url, read))], fixedCost);

/** A map of strings to lists of strings. */
function dictionary(entries: ReadonlyMap<string, readonly string[]>): Dictionary {
  return new Dictionary(
    new Map<Key, readonly [Value, Value]>([...entries].map(([key, value]) => [key, [key, value]])),
  );
}

export const urls: Library = [
  define(
    'url',
    [
      call(
        '(string): URL',
        one(
          text,
          (value, frame) =>
            (frame.pay(value.length * 4) ? parseUrl(value) : frame.exhausted()) ??
            new Failure('conversionFailed', 'the string is no absolute URL and no absolute path'),
        ),
      ),
    ],
    traversal(),
  ),
  define('isURL', [
    call(
      '(string): bool',
      one(text, (value, frame) => (frame.pay(value.length * 4) ? isRequestUri(value) : frame.exhausted())),
    ),
  ]),
  property('getScheme', (value) => value.scheme),
  property('getHost', (value) => value.host),
  property('getHostname', (value) => value.hostAndPort[0]),
  property('getPort', (value) => value.hostAndPort[1]),
  property('getEscapedPath', (value) => value.path),
  define(
    'getQuery',
    [
      method(
        'URL',
        '(): map(string, list(string))',
        one(url, (value, frame) =>
          frame.pay(value.query.length * 20) ? dictionary(value.parameters) : frame.exhausted(),
        ),
      ),
    ],
    fixedCost,
  ),
];

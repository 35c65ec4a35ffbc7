// The parser library's own evaluator as a second opinion: on what it can do, it says the same as the closures.
import { describe, expect, test } from '@jest/globals';
import { Environment } from '@marcbachmann/cel-js';
import { run } from './running.ts';

const object = {
  name: 'web-1',
  labels: { app: 'web', team: 'payments' },
  flags: { on: true, off: false },
  names: ['b', 'a', 'c'],
  containers: [
    { name: 'app', image: 'registry.example.com/app:1' },
    { name: 'proxy', image: 'registry.example.com/proxy:2', privileged: true },
  ],
  nothing: null,
};
const library = new Environment({ unlistedVariablesAreDyn: true });

/** The value of the library as JSON, or the word `error`. */
function stock(source: string): unknown {
  try {
    const text = JSON.stringify(library.evaluate(source, { object }), (_key, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    );
    return JSON.parse(text) as unknown;
  } catch {
    return 'error';
  }
}

function ours(source: string): unknown {
  try {
    const value = run(source, { object });
    return typeof value === 'string' && value.startsWith('cel.') ? 'error' : value;
  } catch {
    return 'error';
  }
}

describe('the evaluator of the library agrees', () => {
  test.each([
    '1 + 2 * 3',
    '(1 + 2) * 3',
    '7 / 2',
    '-7 % 3',
    '1 / 0',
    '1.5 * 2.0',
    '2 > 1 && 1 < 2',
    'true || 1 / 0 == 1',
    '1 / 0 == 1 || true',
    'false && 1 / 0 == 1',
    '1 / 0 == 1 && false',
    'true ? "a" : "b"',
    '"a" + "b" == "ab"',
    '[1, 2] + [3]',
    '[1, 2, 3][1]',
    '{"a": 1}["a"]',
    '{"a": 1}.b',
    'object.name',
    'object.name == "web-1"',
    'object["name"].startsWith("web")',
    'object.name.endsWith("1")',
    'object.name.contains("b-")',
    'object.name.size()',
    'size(object.names)',
    'object.nope',
    'object.nothing == null',
    'has(object.labels.app)',
    'has(object.labels.nope)',
    '"app" in object.labels',
    '"a" in object.names',
    '!("z" in object.names)',
    'object.names.all(n, n.size() == 1)',
    'object.names.exists(n, n == "a")',
    'object.names.exists_one(n, n == "a")',
    'object.names.map(n, n + "!")',
    'object.names.filter(n, n != "a")',
    'object.containers.all(c, c.image.startsWith("registry.example.com/"))',
    'object.containers.exists(c, has(c.privileged) && c.privileged)',
    'object.containers.filter(c, has(c.privileged)).map(c, c.name)',
    'object.containers.map(c, c.name)',
    'object.containers.all(c, c.privileged)',
    'object.containers.exists(c, c.privileged)',
    'object.containers[1].privileged',
    'object.containers[5]',
    'object.flags.on ? "yes" : "no"',
    'object.flags.off || object.flags.on',
    'object.labels == {"app": "web", "team": "payments"}',
    'object.labels.all(k, object.labels[k] != "")',
    'type("a") == string',
    'int("12") + 1',
    'string(12) + "!"',
    'duration("90s") == duration("1m30s")',
    'timestamp("2026-01-01T00:00:00Z") < timestamp("2026-01-01T00:00:01Z")',
    'object.name.matches("^[a-z]+-[0-9]$")',
    'object.names.map(n, object.names.map(m, n + m))',
    'object.name + 1',
    'object.name ? 1 : 2',
    '!object.name',
    'object.names.all(n, n)',
  ])('%s', (source) => {
    expect(ours(source)).toEqual(stock(source));
  });
});

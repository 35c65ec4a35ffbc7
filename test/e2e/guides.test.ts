// Every `sh` block of the documentation, typed by a reader in front of a control plane of their own: what a page says to type works, in its order.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findAssets } from '../cluster/assets.ts';
import { startControlPlane } from '../cluster/controlPlane.ts';
import type { ControlPlane } from '../cluster/controlPlane.ts';
import { eventually } from '../cluster/eventually.ts';
import { freePorts } from '../cluster/ports.ts';
import { blocksOf } from '../docs/markdown.ts';
import type { Block } from '../docs/markdown.ts';
import { commandsOf } from './guides/commands.ts';
import { released, untyped } from './guides/guide.ts';
import type { Guide } from './guides/guide.ts';
import { readers } from './guides/guides.ts';
import { newReader } from './guides/reader.ts';
import type { Reader, Went } from './guides/reader.ts';

const pages = [
  '.',
  'examples',
  'charts/bulkhead',
  'docs',
  'docs/guides',
  'docs/runbooks',
  'policies',
].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
);
const blocksIn = (file: string): readonly Block[] => blocksOf(readFileSync(file, 'utf8'), file);
/** Read once, for a shell is asked about every line. */
const typed = new Map(
  pages.map((file) => {
    const blocks = blocksIn(file).filter(({ language }) => language === 'sh');
    return [file, blocks.flatMap(({ code }) => commandsOf(code))] as const;
  }),
);
const typedIn = (file: string): readonly string[] => typed.get(file) ?? [];
const guides = readers.flat();
const isUntyped = (command: string): boolean => Object.keys(untyped).some((part) => command.includes(part));

describe('no command is left out', () => {
  test('every page with a command that can be typed is among the guides', () => {
    const withCommands = pages.filter((file) => typedIn(file).some((command) => !isUntyped(command)));
    const known = [...guides.map(({ file }) => file), ...released];
    expect(known.sort()).toEqual(withCommands.sort());
  });

  test('what cannot be typed is somewhere', () => {
    const all = pages.flatMap(typedIn);
    expect(Object.keys(untyped).filter((part) => !all.some((command) => command.includes(part)))).toEqual([]);
  });

  test('what is said of commands is about some', () => {
    for (const { file, refused = {}, says = {}, by = {} } of guides) {
      const parts = [refused, says, by].flatMap((record) => Object.keys(record));
      const commands = typedIn(file);
      expect([file, parts.filter((part) => !commands.some((command) => command.includes(part)))]).toEqual([
        file,
        [],
      ]);
    }
  });
});

let controlPlane: ControlPlane;
beforeAll(async () => {
  const assets = await findAssets(process.env);
  if (!assets.found) throw new Error(assets.reason);
  controlPlane = await startControlPlane(assets.binaries);
}, 120_000);
afterAll(() => controlPlane.stop());

const find = <T>(record: Readonly<Record<string, T>> | undefined, command: string): T | undefined =>
  Object.entries(record ?? {}).find(([part]) => command.includes(part))?.[1];

/** What is wrong with how a command went; undefined where it went as the page says. */
function wrong({ refused, says }: Guide, { command, status, said }: Went): string | undefined {
  const refusal = find(refused, command);
  if ((refusal === undefined) !== (status === 0)) return `${command}\n  ended with ${status}: ${said}`;
  const expected = refusal ?? find(says, command) ?? '';
  return said.includes(expected) ? undefined : `${command}\n  does not say "${expected}": ${said}`;
}

/** What the reader reads for their own address, port and the like. */
async function reading({ reads }: Guide, reader: Reader): Promise<(text: string) => string> {
  const [webhook = 0, desk = 0] = await freePorts(2);
  const theirs = { '192.168.10.5': '127.0.0.1', 8443: String(webhook), 8444: String(desk) };
  const all = { ...theirs, ...(await reads?.(reader)) };
  return (text) => Object.entries(all).reduce((now, [from, to]) => now.replaceAll(from, to), text);
}

const applies = 'kubectl apply';

/** Types a page from its beginning: what it says to save is saved, and its commands are typed block by block. */
async function follow(guide: Guide, reader: Reader): Promise<readonly string[]> {
  const read = await reading(guide, reader);
  const problems: string[] = [];
  const lines = readFileSync(guide.file, 'utf8').split('\n');
  for (const { language, code, line } of blocksIn(guide.file)) {
    const before = lines.slice(0, line - 1).findLast((text) => text !== '') ?? '';
    const [, path] = /Save it as `([^`]+)`/.exec(before) ?? [];
    if (language === 'yaml' && path !== undefined) await reader.write(path, `${code}\n`);
    if (language !== 'sh') continue;
    const commands = commandsOf(code).filter((command) => !isUntyped(command));
    const asTyped = commands.map((command) => {
      const isRefused = find(guide.refused, command) !== undefined && command.startsWith(applies);
      return {
        command: read(command),
        as: find(guide.by, command) ?? 'admin',
        ...(isRefused ? { onceFails: read(command.replace(applies, `${applies} --dry-run=server`)) } : {}),
      };
    });
    for (const went of await reader.type(asTyped)) {
      const problem = wrong(guide, went);
      if (problem !== undefined) problems.push(problem);
    }
  }
  return problems;
}

/** The cluster as it was, for the next reader. Registrations go first, or nothing else could. */
async function cleared({ cluster }: Reader): Promise<void> {
  const remove = (...what: readonly string[]) =>
    cluster.kubectl('admin', ['delete', ...what, '--ignore-not-found']);
  await remove(
    'validatingwebhookconfigurations,mutatingwebhookconfigurations,validatingadmissionpolicies,validatingadmissionpolicybindings',
    '--all',
  );
  await remove('customresourcedefinitions', '--all');
  const { stdout } = await cluster.kubectl('admin', ['get', 'namespaces', '-o', 'name']);
  const theirs = stdout.split('\n').filter((name) => name !== '' && !/\/(?:default|kube-.*)$/.test(name));
  if (theirs.length === 0) return;
  await eventually('the API server asks nobody', async () => (await remove(...theirs)).code === 0, 60_000);
}

describe.each(readers.map((guides) => [guides.map(({ file }) => file).join(', '), guides] as const))(
  'what is said to type works: %s',
  (_, row) => {
    let reader: Reader;
    beforeAll(async () => {
      reader = await newReader(controlPlane.cluster);
    });
    afterAll(async () => {
      // Nobody comes after the last one, and the cluster goes with them.
      await Promise.all([reader.leave(), row === readers.at(-1) ? undefined : cleared(reader)]);
      await reader.remove();
    });
    test.each(row.map((guide) => [guide.file, guide] as const))('%s', async (__, guide) => {
      await guide.given?.(reader);
      expect(await follow(guide, reader)).toEqual([]);
    });
  },
);

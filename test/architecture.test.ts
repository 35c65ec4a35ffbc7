// The room test: what docs/ARCHITECTURE.md says about rooms and packages is what the imports in src/ do.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

type Sources = ReadonlyMap<string, string>;
interface Rooms {
  readonly numberOf: ReadonlyMap<string, number>;
  readonly homesOf: ReadonlyMap<string, ReadonlySet<string>>;
  readonly pure: ReadonlySet<string>;
}

/** What a pure room may take of Node.js: functions of their arguments. */
const pureModules: ReadonlySet<string> = new Set(['node:buffer', 'node:crypto', 'node:net']);
/** Clocks, chance, surroundings and the network, by the names that everybody can reach. */
const impurities =
  /\b(?:Date\.now|new Date\(\)|Math\.random|performance\.now|process\.|fetch\(|set(?:Timeout|Interval|Immediate)\(|random(?:Bytes|UUID|Int)\b)/g;

const root = fileURLToPath(new URL('..', import.meta.url));
const rooms = roomsIn(readFileSync(join(root, 'docs/ARCHITECTURE.md'), 'utf8'));

/** Reads the table of rooms: name, number, whether it is pure, and the packages that may be imported only there. */
function roomsIn(markdown: string): Rooms {
  const numberOf = new Map<string, number>();
  const homesOf = new Map<string, Set<string>>();
  const pure = new Set<string>();
  for (const [, room = '', number = '', purpose = '', packages = ''] of markdown.matchAll(
    /^\| `([\w.]+)\/?` +\| +(\d) +\|([^|]+)\|([^|]*)\|$/gm,
  )) {
    numberOf.set(room, Number(number));
    if (purpose.trim().endsWith('; pure')) pure.add(room);
    for (const [, name = ''] of packages.matchAll(/`([^`]+)`/g)) {
      homesOf.set(name, (homesOf.get(name) ?? new Set()).add(room));
    }
  }
  return { numberOf, homesOf, pure };
}

/** The files of src/, by their path from src/ with forward slashes. */
function sourcesUnder(directory: string): Sources {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(directory, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')];
    }),
  );
}

/** Everything in the sources that breaks a rule of the house, one sentence each. */
function breaches(sources: Sources): readonly string[] {
  return [...sources].flatMap(([path, text]) => {
    const room = path.split('/')[0] ?? path;
    const number = rooms.numberOf.get(room);
    if (number === undefined) return [`${path}: ${room} is not in the table of rooms`];
    const found: string[] = [];
    if (/(^|\/)(utils?|helpers?|common|misc|types|manager|service)([./]|$)/i.test(path)) {
      found.push(`${path}: a drawer's name`);
    }
    const lines = text.split('\n').length - 1;
    if (lines > 300) found.push(`${path}: ${lines} lines, more than 300`);
    if (!/\.tsx?$/.test(path)) return found;
    if (!text.startsWith('// ') && !text.startsWith('/**')) {
      found.push(`${path}: does not start with a sentence on what it is for`);
    }
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
      found.push(...breachesOf(fileName, path, room, number));
    }
    if (rooms.pure.has(room)) {
      const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
      for (const [used] of code.matchAll(impurities)) found.push(`${path}: a pure room uses ${used}`);
    }
    return found;
  });
}

function breachesOf(specifier: string, path: string, room: string, number: number): readonly string[] {
  if (specifier.startsWith('.')) {
    const target = new URL(specifier, `file:///src/${path}`).pathname;
    if (!target.startsWith('/src/')) return [`${path}: imports ${specifier}, outside src/`];
    const other = target.split('/')[2] ?? '';
    const otherNumber = rooms.numberOf.get(other);
    if (other === room || (otherNumber !== undefined && otherNumber < number)) return [];
    return [`${path}: room ${number} imports ${other}, room ${otherNumber ?? 'unknown'}`];
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (rooms.pure.has(room) && name.startsWith('node:') && !pureModules.has(name)) {
    return [`${path}: a pure room imports ${name}`];
  }
  const homes = rooms.homesOf.get(name);
  if (homes === undefined || homes.has(room)) return [];
  return [`${path}: imports ${name}, which only ${[...homes].sort().join(' and ')} may`];
}

describe('the tree', () => {
  test('keeps every rule of the house', () => {
    expect(breaches(sourcesUnder(join(root, 'src')))).toEqual([]);
  });

  test('has its rooms and packages in the table', () => {
    expect(rooms.numberOf.size).toBe(19);
    expect(Object.fromEntries([...rooms.homesOf].map(([name, homes]) => [name, [...homes].sort()]))).toEqual({
      fastify: ['desk', 'server'],
      '@kubernetes/client-node': ['cluster', 'controllers'],
      pino: ['telemetry'],
      '@opentelemetry/api': ['telemetry'],
      '@prometheus-io/client': ['telemetry'],
      '@marcbachmann/cel-js': ['cel'],
      re2js: ['cel'],
    });
    expect([...rooms.pure].sort()).toEqual([
      'admission',
      'authoring',
      'boundary',
      'cel',
      'convert',
      'guardrail',
      'k8s',
      'netpol',
    ]);
  });
});

describe('the room test can fail', () => {
  const opening = '// One sentence.\n';
  test.each([
    [
      'a lower room imports a higher one',
      'netpol/a.ts',
      "import { admit } from '../admission/admit.ts';",
      'room 2 imports admission, room 4',
    ],
    [
      'siblings meet',
      'boundary/a.ts',
      "import { cel } from '../guardrail/policy.ts';",
      'room 3 imports guardrail, room 3',
    ],
    [
      'a type crosses rooms',
      'k8s/a.ts',
      "import type { Cube } from '../netpol/cube.ts';",
      'room 1 imports netpol, room 2',
    ],
    [
      'a re-export crosses rooms',
      'cel/a.ts',
      "export * from '../netpol/cube.ts';",
      'room 2 imports netpol, room 2',
    ],
    [
      'a dynamic import crosses rooms',
      'server/a.ts',
      "await import('../cluster/informer.ts');",
      'room 5 imports cluster, room 5',
    ],
    [
      'a room that does not exist is imported',
      'server/a.ts',
      "import '../plugins/a.ts';",
      'room 5 imports plugins, room unknown',
    ],
    ['a room reaches outside src', 'k8s/a.ts', "import '../../test/fixture.ts';", 'outside src/'],
    [
      'the web framework is in a decision',
      'admission/a.ts',
      "import fastify from 'fastify';",
      'only desk and server may',
    ],
    [
      'a subpath of the CEL package is elsewhere',
      'guardrail/a.ts',
      "import '@marcbachmann/cel-js/ast';",
      'only cel may',
    ],
    [
      'the client is in the CLI',
      'cli/a.ts',
      "await import('@kubernetes/client-node');",
      'only cluster and controllers may',
    ],
    ['a decision reads a file', 'boundary/a.ts', "import 'node:fs/promises';", 'imports node:fs'],
    ['a decision looks at the clock', 'admission/a.ts', 'const now = Date.now();', 'uses Date.now'],
    ['a decision asks the environment', 'k8s/a.ts', 'const home = process.env.HOME;', 'uses process.'],
    ['a folder is in no table', 'plugins/a.ts', '', 'not in the table of rooms'],
    ['a file is a drawer', 'k8s/utils.ts', '', "a drawer's name"],
    ['a folder is a drawer', 'k8s/helpers/a.ts', '', "a drawer's name"],
    ['a file is too long', 'k8s/a.ts', '\n'.repeat(300), 'more than 300'],
  ])('%s', (_sentence, path, text, expected) => {
    expect(breaches(new Map([[path, opening + text]]))).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ['a word in a string is no import', 'k8s/a.ts', 'const s = "import \'pino\'";'],
    ['a lower room and the own one are fine', 'boundary/a.ts', "import '../netpol/a.ts'; import './b.ts';"],
    ['a package is fine where the table has it', 'server/a.ts', "import fastify from 'fastify';"],
    ['a pure room may hash', 'admission/a.ts', "import { createHash } from 'node:crypto';"],
    ['a comment may name the clock', 'admission/a.ts', '/** Not Date.now(). */ const at = new Date(5);'],
    ['300 lines are fine', 'k8s/a.ts', '\n'.repeat(299)],
  ])('%s', (_sentence, path, text) => {
    expect(breaches(new Map([[path, opening + text]]))).toEqual([]);
  });

  test('a file without an opening sentence', () => {
    expect(breaches(new Map([['k8s/a.ts', 'export {};\n']]))).toHaveLength(1);
  });
});

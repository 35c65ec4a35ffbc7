/** The clauses of a format string: `%s`, `%d`, `%.2f`, …, read once for checking and once for printing. */

/** A piece of a format string: text to copy, or a clause that takes the next argument. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'clause'; readonly verb: Verb; readonly precision: number | undefined };

export type Verb = 's' | 'd' | 'f' | 'e' | 'b' | 'x' | 'X' | 'o';

const verbs: ReadonlySet<string> = new Set(['s', 'd', 'f', 'e', 'b', 'x', 'X', 'o']);
const isVerb = (letter: string): letter is Verb => verbs.has(letter);

/** Cuts a format string into pieces; a string says what is wrong with it. */
export function piecesOf(format: string): readonly Piece[] | string {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < format.length) {
    const next = format.indexOf('%', at);
    const end = next < 0 ? format.length : next;
    if (end > at) pieces.push({ kind: 'text', text: format.slice(at, end) });
    if (next < 0) break;
    if (format[next + 1] === '%') {
      pieces.push({ kind: 'text', text: '%' });
      at = next + 2;
      continue;
    }
    const [clause = '', digits, letter = ''] = /^%(?:\.(\d*))?(.?)/su.exec(format.slice(next)) ?? [];
    if (letter === '') return 'the format ends in the middle of a clause: write %% for a percent sign';
    if (digits === '') return 'digits are missing after %.';
    if (!isVerb(letter)) return `%${letter} is no clause: there are %s %d %f %e %b %x %X %o`;
    pieces.push({
      kind: 'clause',
      verb: letter,
      precision: digits === undefined ? undefined : Number(digits),
    });
    at = next + clause.length;
  }
  return pieces;
}

const takes: Readonly<Record<Verb, readonly string[]>> = {
  s: [
    'list',
    'map',
    'int',
    'uint',
    'double',
    'bool',
    'string',
    'timestamp',
    'bytes',
    'duration',
    'type',
    'null',
  ],
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['int', 'uint', 'bool'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
  o: ['int', 'uint'],
};

/** The kinds of static types that a clause prints. */
export const kindsOf = (verb: Verb): readonly string[] => takes[verb];

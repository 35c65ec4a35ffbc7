/** Takes out of a JSON text what a shape allows, as canonical JSON, and notes what was left out. */
import { escapeToken } from '../../k8s/json.ts';
import { quoted } from '../canonicalJson.ts';
import { closeList, closeObject, colon, comma, nine, openList, openObject, zero } from '../jsonBytes.ts';
import type { Allowance } from './allowance.ts';
import { membersOf } from './membersOf.ts';
import { Output } from './output.ts';
import type { Shape } from './shape.ts';
import { Tape } from './tape.ts';

/** Bounds of what is looked at and noted: a hostile object must not make the log expensive. */
const mostValues = 4_000;
const deepest = 40;
const mostPointers = 60;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** One projection at a time: its memory is used again by the next. */
const output = new Output();
const values = new Tape();

/** What was noted in earlier items of a list, and how deep these stand. */
interface Repeating {
  readonly seen: Set<string>;
  readonly depth: number;
}

/** One record's look at its objects: gathers the pointers of what was left out. */
export class Projection {
  readonly #masked: string[] = [];
  readonly #annotations: Shape;
  readonly #labels: Shape;
  #tape = values;
  /** Where the value at hand will stand in the record, and in `#path` the way from there: the place in a list, or, negative, the token of a key. Pointers are rarely made. */
  #at: readonly (string | number)[] = [];
  readonly #path: number[] = [];
  #repeating: Repeating | undefined;
  #values = 0;
  #full = false;

  /** Which keys of annotations and labels may be kept, wherever a shape takes a whole part that holds some. */
  constructor({ annotations, labels }: Pick<Allowance, 'annotations' | 'labels'>) {
    this.#annotations = { keys: annotations };
    this.#labels = { keys: labels };
  }

  /** The pointers, at most a fixed number; the last one is the empty pointer where there were more. */
  get masked(): readonly string[] {
    return this.#full ? [...this.#masked, ''] : this.#masked;
  }

  /** Notes a pointer of the record. */
  mask(pointer: string): void {
    if (this.#masked.length < mostPointers) this.#masked.push(pointer);
    else this.#full = true;
  }

  /** The allowed part of a value on the tape as canonical text; undefined where nothing of it is. `at` is where the part will stand in the record. */
  take(tape: Tape, token: number, shape: Shape, at: readonly (string | number)[]): string | undefined {
    this.#tape = tape;
    this.#at = at;
    this.#path.length = 0;
    output.begin();
    return this.#part(token, shape) ? output.text() : undefined;
  }

  /** {@link take} of plain JSON data. */
  takeValue(value: unknown, shape: Shape, at: readonly (string | number)[]): string | undefined {
    if (value === undefined) return undefined;
    values.read(Buffer.from(JSON.stringify(value)));
    return this.take(values, 0, shape, at);
  }

  /** Writes what may be kept of the value; false where nothing was written. */
  #part(token: number, shape: Shape): boolean {
    this.#values += 1;
    if (shape === 'never') return false;
    if (this.#values > mostValues || this.#at.length + this.#path.length > deepest) {
      this.#leaveOut();
      return false;
    }
    const form = this.#tape.formOf(token);
    if (form === 'null') return false;
    if (form === 'list') {
      if (shape === 'whole') return this.#list(token, shape);
      if (shape === 'present') return this.#list(token, noItem);
      if ('items' in shape) return this.#list(token, shape.items);
    } else if (form === 'object') {
      if (shape === 'whole') return this.#members(token, undefined);
      if (shape === 'present') return this.#members(token, nothing);
      if ('fields' in shape) return this.#fields(token, shape.fields);
      if ('keys' in shape) return this.#members(token, shape.keys);
    } else if (shape === 'whole' || shape === 'present') {
      this.#leaf(token, form);
      return true;
    }
    // Something else than the shape expects is a user's mistake, which the rules saw too.
    this.#leaveOut();
    return false;
  }

  #leaf(token: number, form: 'string' | 'literal'): void {
    const tape = this.#tape;
    if (form === 'string' ? tape.isEscaped(token) : !isCanonical(tape, token)) {
      const value: unknown = JSON.parse(tape.textOf(token));
      output.write(typeof value === 'string' ? quoted(value) : JSON.stringify(value));
    } else {
      output.copy(tape.bytes, tape.starts[token] ?? 0, tape.ends[token] ?? 0);
    }
  }

  #list(token: number, item: Shape): boolean {
    const tape = this.#tape;
    const outer = this.#repeating;
    const depth = this.#path.length;
    const behind = tape.behind(token);
    this.#repeating = { seen: new Set(), depth: depth + 1 };
    output.add(openList);
    for (let member = token + 1, index = 0; member < behind; member = tape.behind(member), index += 1) {
      if (index > 0) output.add(comma);
      this.#path[depth] = index;
      // Places in lists stay as they are, for pointers name them.
      if (!this.#part(member, item)) output.write('null');
      if (this.#values > mostValues) break;
    }
    output.add(closeList);
    this.#path.length = depth;
    this.#repeating = outer;
    return true;
  }

  #fields(token: number, shape: ReadonlyMap<string, Shape>): boolean {
    const others: number[] = [];
    const start = this.#open();
    for (const key of membersOf(this.#tape, token)) {
      const inner = shape.get(this.#tape.stringOf(key));
      if (inner === undefined) others.push(key);
      else this.#member(start, key, inner);
    }
    output.add(closeObject);
    for (const key of others) this.#leaveOut(key);
    return true;
  }

  /** The members that are allowed; undefined: all. */
  #members(token: number, allowed: ((key: string) => boolean) | undefined): boolean {
    const start = this.#open();
    for (const key of membersOf(this.#tape, token)) {
      if (allowed === undefined || allowed(this.#tape.stringOf(key))) this.#member(start, key, 'whole');
      else this.#leaveOut(key);
    }
    output.add(closeObject);
    return true;
  }

  #open(): number {
    output.add(openObject);
    return output.used;
  }

  /** One more member of the object whose members begin at `start`, where anything of it may be kept. */
  #member(start: number, key: number, shape: Shape): void {
    if (shape === 'never') return;
    const guard = this.#guardOf(key);
    if (guard === 'never') {
      this.#leaveOut(key);
      return;
    }
    const before = output.used;
    if (before > start) output.add(comma);
    this.#leaf(key, 'string');
    output.add(colon);
    this.#path.push(-key - 1);
    const taken = this.#part(key + 1, shape === 'whole' ? guard : shape);
    this.#path.pop();
    if (!taken) output.backTo(before);
  }

  /** What may be taken of a whole part of this name. Never written, whatever a shape says: environment variables, and what tools keep for themselves. */
  #guardOf(key: number): Shape {
    const tape = this.#tape;
    // Nearly every name is of another length than these.
    switch (tape.isEscaped(key) ? -1 : (tape.ends[key] ?? 0) - (tape.starts[key] ?? 0) - 2) {
      case -1:
      case 3:
      case 6:
      case 11:
      case 13:
      case lastApplied.length:
        return this.#guarded(tape.stringOf(key), key + 1);
      default:
        return 'whole';
    }
  }

  #guarded(name: string, value: number): Shape {
    switch (name) {
      case lastApplied:
        return 'never';
      // A label may be called `env`; a list is none.
      case 'env':
      case 'managedFields':
        return this.#tape.formOf(value) === 'list' ? 'never' : 'whole';
      case 'annotations':
        return this.#tape.formOf(value) === 'object' ? this.#annotations : 'whole';
      case 'labels':
        return this.#tape.formOf(value) === 'object' ? this.#labels : 'whole';
      default:
        return 'whole';
    }
  }

  /** Notes the place at hand, or a member of it; what is left out of each item of a list is noted for the first item that has it. */
  #leaveOut(key?: number): void {
    if (this.#full) return;
    const path = this.#path;
    const repeating = this.#repeating;
    let pointer = key === undefined ? '' : `/${this.#name(key)}`;
    let depth = path.length;
    if (repeating !== undefined) {
      while (depth > repeating.depth) pointer = `/${this.#step(path[(depth -= 1)] ?? 0)}${pointer}`;
      if (repeating.seen.has(pointer)) return;
      repeating.seen.add(pointer);
    }
    if (this.#masked.length >= mostPointers) {
      this.#full = true;
      return;
    }
    while (depth > 0) pointer = `/${this.#step(path[(depth -= 1)] ?? 0)}${pointer}`;
    this.#masked.push(`/${this.#at.join('/')}${pointer}`);
  }

  #step(step: number): string | number {
    return step < 0 ? this.#name(-step - 1) : step;
  }

  #name(key: number): string {
    return escaped(this.#tape.stringOf(key));
  }
}

/** Whether a number, true or false stands there as ECMAScript would write it: that is certain of a small integer. */
function isCanonical(tape: Tape, token: number): boolean {
  const start = tape.starts[token] ?? 0;
  const end = tape.ends[token] ?? 0;
  if ((tape.bytes[start] ?? 0) > nine) return true;
  if (end - start > 15) return false;
  for (let at = start; at < end; at += 1) {
    const byte = tape.bytes[at] ?? 0;
    if (byte < zero || byte > nine) return false;
  }
  return true;
}

const nothing = (): boolean => false;
/** No value fits it: each item is left out. */
const noItem: Shape = { keys: nothing };

/** Nearly no key has anything to escape, and looking is faster than replacing nothing. */
const escaped = (key: string): string => (key.includes('/') || key.includes('~') ? escapeToken(key) : key);

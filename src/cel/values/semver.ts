/** Semantic versions, after semver.org as github.com/blang/semver reads it. */
import { Opaque } from './opaque.ts';

/** A version. Build metadata is kept but never compared. */
export class SemanticVersion extends Opaque {
  readonly typeName = 'kubernetes.Semver';
  readonly core: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly string[];
  readonly text: string;
  constructor(core: readonly [bigint, bigint, bigint], prerelease: readonly string[], text: string) {
    super();
    this.core = core;
    this.prerelease = prerelease;
    this.text = text;
  }

  equals(other: Opaque): boolean {
    return other instanceof SemanticVersion && this.compare(other) === 0;
  }

  /** Negative, zero or positive. */
  compare(other: SemanticVersion): number {
    for (const [index, number] of this.core.entries()) {
      const against = other.core[index] ?? 0n;
      if (number !== against) return number < against ? -1 : 1;
    }
    return comparePrereleases(this.prerelease, other.prerelease);
  }
}

/** A version without prerelease is later than one with; otherwise identifier by identifier, numbers before words. */
function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Math.sign(b.length - a.length);
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [x = '', y = ''] = [a[index], b[index]];
    if (x === y) continue;
    const [m, n] = [isNumeric(x), isNumeric(y)];
    if (m !== n) return m ? -1 : 1;
    return m ? (BigInt(x) < BigInt(y) ? -1 : 1) : x < y ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

const isNumeric = (identifier: string): boolean => /^\d+$/.test(identifier);
const numberPattern = /^(?:0|[1-9]\d*)$/;
const maxLength = 1000;

/** Reads a version; undefined if it is none. With `tolerant`, a leading v, leading zeros and missing parts are put right first. */
export function parseSemver(written: string, tolerant = false): SemanticVersion | undefined {
  if (written.length > maxLength) return undefined;
  const text = tolerant ? normalized(written) : written;
  if (text === undefined) return undefined;
  const [, core = '', prerelease, build] = /^([^+-]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(text) ?? [];
  const numbers = core.split('.');
  if (numbers.length !== 3 || !numbers.every((number) => numberPattern.test(number))) return undefined;
  const [major = 0n, minor = 0n, patch = 0n] = numbers.map(BigInt);
  if ([major, minor, patch].some((number) => number > 18446744073709551615n)) return undefined;
  const identifiers = prerelease?.split('.') ?? [];
  const valid = identifiers.every(
    (part) => /^[0-9A-Za-z-]+$/.test(part) && (!isNumeric(part) || numberPattern.test(part)),
  );
  if (!valid || (build !== undefined && !build.split('.').every((part) => /^[0-9A-Za-z-]+$/.test(part))))
    return undefined;
  return new SemanticVersion([major, minor, patch], identifiers, text);
}

function normalized(written: string): string | undefined {
  const [first = '', second, ...rest] = written.replace(/^v/, '').split('.');
  const third = rest.length === 0 ? undefined : rest.join('.');
  const parts = [first, second, third].filter((part) => part !== undefined).map(withoutLeadingZeros);
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) return undefined;
  return [...parts, '0', '0'].slice(0, 3).join('.');
}

function withoutLeadingZeros(part: string): string {
  if (part.length <= 1) return part;
  const cut = part.replace(/^0+/, '');
  return /^\d/.test(cut) ? cut : `0${cut}`;
}

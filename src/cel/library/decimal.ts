/** Doubles in decimal, exactly rounded, in the English style of golang.org/x/text: `1,234.50`, `1.2×10⁰³`. */

/** The exact value of a finite double as integer × 10^-scale. */
function exact(value: number): readonly [digits: bigint, scale: number] {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const fraction = raw & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = (biased === 0 ? 1 : biased) - 1075;
  return exponent >= 0 ? [mantissa << BigInt(exponent), 0] : [mantissa * 5n ** BigInt(-exponent), -exponent];
}

/** Divides by 10^power, rounding half to even. */
function shrunk(digits: bigint, power: number): bigint {
  if (power <= 0) return digits * 10n ** BigInt(-power);
  const unit = 10n ** BigInt(power);
  const quotient = digits / unit;
  const twice = (digits % unit) * 2n;
  return twice > unit || (twice === unit && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

const special = (value: number): string | undefined =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? undefined : value > 0 ? '∞' : '-∞';

const sign = (value: number): string => (value < 0 || Object.is(value, -0) ? '-' : '');

/** Fixed decimals, thousands grouped by commas unless told otherwise. */
export function fixedPoint(value: number, decimals: number, grouped = true): string {
  const word = special(value);
  if (word !== undefined) return word;
  const [digits, scale] = exact(value);
  const text = String(shrunk(digits, scale - decimals)).padStart(decimals + 1, '0');
  const whole = text.slice(0, text.length - decimals);
  const shown = grouped ? whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',') : whole;
  return `${sign(value)}${shown}${decimals === 0 ? '' : `.${text.slice(text.length - decimals)}`}`;
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** One digit, fixed decimals, and a power of ten in superscript. */
export function scientific(value: number, decimals: number): string {
  const word = special(value);
  if (word !== undefined) return word;
  const [digits, scale] = exact(value);
  let exponent = digits === 0n ? 0 : String(digits).length - 1 - scale;
  let text = String(shrunk(digits, scale + exponent - decimals)).padStart(decimals + 1, '0');
  if (text.length > decimals + 1) {
    exponent += 1;
    text = text.slice(0, decimals + 1);
  }
  const power = String(Math.abs(exponent))
    .padStart(2, '0')
    .replaceAll(/\d/g, (digit) => superscripts[Number(digit)] ?? '');
  const mantissa = decimals === 0 ? text : `${text.slice(0, 1)}.${text.slice(1)}`;
  return `${sign(value)}${mantissa}×10${exponent < 0 ? '⁻' : ''}${power}`;
}

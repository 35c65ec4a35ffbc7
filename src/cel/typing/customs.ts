/** What authors write out of habit, and what CEL calls it. */

/** Variables that exist in some places only, and where. */
export const conditional: ReadonlyMap<string, string> = new Map([
  ['params', '; it exists where the policy has a paramKind'],
  [
    'variables',
    ' here; a variable exists below the place where it is defined, and never in a match condition',
  ],
]);

/** What functions of other languages are called in CEL. */
export const customary: ReadonlyMap<string, string> = new Map([
  ['any', 'exists'],
  ['some', 'exists'],
  ['every', 'all'],
  ['length', 'size'],
  ['len', 'size'],
  ['count', 'size'],
  ['lower', 'lowerAscii'],
  ['tolower', 'lowerAscii'],
  ['tolowercase', 'lowerAscii'],
  ['upper', 'upperAscii'],
  ['toupper', 'upperAscii'],
  ['touppercase', 'upperAscii'],
  ['includes', 'contains'],
  ['match', 'matches'],
  ['str', 'string'],
]);

/** Writes a value as YAML in flow style, or as JSON: on one line, so that it can stand wherever a value stands. */

/** The text of plain data. */
export function flowText(value: unknown, json = false): string {
  if (json) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => flowText(item)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, item]) => `${flowText(key)}: ${flowText(item)}`);
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  }
  return typeof value === 'string' ? scalar(value) : JSON.stringify(value);
}

/** Words that some reader of YAML takes for something else than text. */
const ambiguous = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

const scalar = (text: string): string =>
  /^[A-Za-z/][\w./-]*$/.test(text) && !ambiguous.test(text)
    ? text
    : /[\n\r\t'\\]|[^\x20-\x7e]/.test(text)
      ? JSON.stringify(text)
      : `'${text}'`;

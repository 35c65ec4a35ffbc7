/** The table of values in the README of the chart: each key with its default and the comment above it in values.yaml. */
import { isMap, isNode, isPair, isScalar, parseDocument } from 'yaml';
import type { Pair, YAMLMap } from 'yaml';

const begin = '<!-- The table of values is made from the comments of values.yaml: npm run generate. -->\n';
const end = '<!-- End of the table of values. -->\n';

/** The README with its table made anew, not yet laid out. Throws where a key has no comment or the marks are missing. */
export function chartReadme(readme: string, values: string): string {
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error('the marks of the table are missing');
  const { contents } = parseDocument(values);
  if (!isMap(contents)) throw new Error('values.yaml is no mapping');
  const rows = rowsOf(contents, []).map((row) => `| ${row.join(' | ')} |\n`);
  return `${before}${begin}\n| value | default | what |\n| --- | --- | --- |\n${rows.join('')}\n${end}${after}`;
}

type Row = readonly [key: string, byDefault: string, comment: string];

/** One row a key; a mapping with comments inside is a heading of its keys, with a row of its own only where something is said of it. */
function rowsOf(map: YAMLMap, above: readonly string[]): readonly Row[] {
  return map.items.filter(isPair).flatMap((pair, index) => {
    const name = [...above, String(pair.key)];
    const { value } = pair;
    const comment = commentOf(pair, index === 0 ? map : undefined);
    if (isMap(value) && hasComments(value)) {
      const heading: Row = [`\`${name.join('.')}\``, '', comment];
      return [...(comment === '' ? [] : [heading]), ...rowsOf(value, name)];
    }
    if (comment === '') throw new Error(`values.yaml does not say what ${name.join('.')} is for`);
    const byDefault = JSON.stringify(isNode(value) ? value.toJSON() : null);
    return [[`\`${name.join('.')}\``, `\`${byDefault}\``, comment.replaceAll('|', '\\|')]];
  });
}

const hasComments = (map: YAMLMap): boolean =>
  map.items.some(
    (pair, index) =>
      commentOf(pair, index === 0 ? map : undefined) !== '' || (isMap(pair.value) && hasComments(pair.value)),
  );

/** The paragraph right above a key; what stands above the first key of a mapping belongs to the mapping. */
function commentOf(pair: Pair, first: YAMLMap | undefined): string {
  const own = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  const text = own ?? first?.commentBefore ?? '';
  const paragraph = text.split(/\n\s*\n/).at(-1) ?? '';
  return paragraph.replaceAll(/\s+/g, ' ').trim();
}

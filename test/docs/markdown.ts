/** The fenced code blocks of a Markdown text, with what their info strings ask for. */

export interface Block {
  /** The file that holds it, from the root of the repository. */
  readonly file: string;
  /** The line of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** What stands behind the language in the info string: `yaml denied boundary.egress`. */
  readonly words: readonly string[];
  readonly code: string;
}

/** The blocks of a text, in order. A fence that is never closed takes in the rest, as Markdown has it. */
export function blocksOf(text: string, file: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly line: number; readonly info: readonly string[]; readonly code: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (open === undefined) {
      if (line.startsWith('```'))
        open = {
          line: index + 1,
          info: line
            .slice(3)
            .split(' ')
            .filter((word) => word !== ''),
          code: [],
        };
    } else if (line === '```') {
      const [language = '', ...words] = open.info;
      blocks.push({ file, line: open.line, language, words, code: open.code.join('\n') });
      open = undefined;
    } else open.code.push(line);
  }
  return blocks;
}

/** The text with other code in a block, which must be as it was read. The whole block is looked for: another one may begin or end alike. */
export function withCode(text: string, { file, line, language, words, code }: Block, other: string): string {
  const whole = (between: string): string => `\`\`\`${[language, ...words].join(' ')}\n${between}\n\`\`\`\n`;
  const at = text.indexOf(whole(code));
  if (at < 0) throw new Error(`the block of ${file}:${line} is not there any more; run it again`);
  return text.slice(0, at) + whole(other) + text.slice(at + whole(code).length);
}

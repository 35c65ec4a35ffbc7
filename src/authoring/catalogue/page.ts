/** The page of the documentation that describes every finding: generated, so that none is missing. */
import { chapters, docsOf, explanationOf } from './catalogue.ts';
import type { Entry } from './entry.ts';

const opening = `# What lint finds

\`bulkhead lint\` tells everything that the server would refuse to load, and everything that it would take and that cannot be meant. Each finding
has a code, which is stable, a severity and a place. \`bulkhead lint --explain CODE\` prints what stands here. How to run it is in
[cli.md](cli.md#lint).

- **error**: the server refuses it, or it can never be what its author meant. \`lint\` exits with 1.
- **warning**: deserves a look. \`--fail-on-warn\` makes it count.
- **info**: worth knowing.

What rules presume beyond themselves (which pod labels are protected, which addresses are pods) stands in a Configuration. The one that is in force is given with \`--config\`; else one among the paths is
used, else a \`.bulkhead.yaml\` in the folder of the rules or above, and \`lint\` says so. The packs have [one](../policies/.bulkhead.yaml). Copy a pack without it and the warnings come: what it presumes is not set yet.

\`\`\`console
$ npx bulkhead lint policies/external-access
2 files: 0 errors, 0 warnings, 0 info
as presumed in policies/.bulkhead.yaml
\`\`\`

\`\`\`console
$ npx bulkhead lint --explain boundary.shadowed
${explanationOf('boundary.shadowed').trimEnd()}
\`\`\`
`;

/** The page as Markdown. */
export const lintPage = (): string =>
  [
    opening,
    ...chapters.flatMap(({ title, entries }) => [
      `## ${title}\n`,
      ...entries.map(([code, entry]) => section(code, entry)),
    ]),
  ].join('\n');

const section = (code: string, { severity, title, why, fix }: Entry): string =>
  `### ${code}\n\n**${title}** (${severity}). ${escaped(why)}\n\n${escaped(fix)}\n`;

/** What Markdown would take for marks of its own. */
const escaped = (text: string): string => text.replaceAll(/([*_<>])/g, '\\$1');

/** The anchor of a code on the page. */
export const anchorOf = (code: string): string => docsOf(code).split('#')[1] ?? '';

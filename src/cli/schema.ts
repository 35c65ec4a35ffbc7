/** `bulkhead schema`: the JSON Schema of a kind, for editors and for other tools. */
import { editorKinds, editorSchemaOf } from '../authoring/editorSchemas.ts';
import { nearest } from '../config/suggestion.ts';
import type { Definition } from './command.ts';

const more = `
The same files stand in schemas/. An editor that knows the YAML language server takes a line such as this one at the top of a file:
  # yaml-language-server: $schema=../schemas/boundary.json

Examples:
  bulkhead schema
  bulkhead schema Boundary > boundary.schema.json`;

export const define: Definition = (command, { terminal, run }) =>
  command
    .argument('[kind]', 'a kind such as Boundary; left out: the kinds that there are')
    .addHelpText('after', more)
    .action((wanted) =>
      run(() => {
        const kinds = editorKinds.map(({ kind }) => kind);
        if (wanted === undefined) {
          terminal.stdout.write(kinds.map((kind) => `${kind}\n`).join(''));
          return 0;
        }
        const found = editorKinds.find(({ kind }) => kind.toLowerCase() === wanted.toLowerCase());
        if (found !== undefined) {
          terminal.stdout.write(`${JSON.stringify(editorSchemaOf(found), undefined, 2)}\n`);
          return 0;
        }
        const meant = nearest(wanted, kinds);
        const hint = meant === undefined ? `known: ${kinds.join(', ')}` : `did you mean ${meant}?`;
        terminal.stderr.write(`error: there is no schema of "${wanted.slice(0, 80)}"; ${hint}\n`);
        return 2;
      }),
    );

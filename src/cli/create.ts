/** `bulkhead create`: commented starting points for what people write. */
import { Argument } from '@commander-js/extra-typings';
import { templateKinds, templateOf } from '../authoring/templates.ts';
import { isDnsSubdomain } from '../k8s/syntax.ts';
import type { Definition } from './command.ts';

const more = `
It is printed; write it where you keep your rules. Each is complete: it lints clean, and its comments say what to change.

Examples:
  bulkhead create boundary tenants > rules/boundary.yaml
  bulkhead create suite tenants > rules/suite.yaml
  bulkhead test rules`;

export const define: Definition = (command, { terminal, run }) =>
  command
    // Both are required; optional to the parser, so that a kind that there is not is told before a name that is missing.
    .usage('[options] <what> <name>')
    .addArgument(new Argument('[what]', 'what to begin').choices(templateKinds))
    .argument('[name]', 'its name')
    .addHelpText('after', more)
    .action((kind, name, _options, self) =>
      run(() => {
        if (kind === undefined) return self.error(`error: say what to begin: ${templateKinds.join(', ')}`);
        if (name === undefined)
          return self.error(`error: the ${kind} needs a name: bulkhead create ${kind} NAME`);
        if (!isDnsSubdomain(name)) {
          terminal.stderr.write(
            `error: "${name.slice(0, 80)}" is no name: a-z, 0-9, "-" and ".", a letter or digit at both ends\n`,
          );
          return 2;
        }
        terminal.stdout.write(templateOf(kind, name, new Date()));
        return 0;
      }),
    );

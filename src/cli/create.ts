/** `bulkhead create`: commented starting points for what people write. */
import { Argument } from '@commander-js/extra-typings';
import { templateKinds, templateOf } from '../authoring/templates.ts';
import type { TemplateKind, TemplateName } from '../authoring/templates.ts';
import { isDnsLabel, isDnsSubdomain } from '../k8s/syntax.ts';
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
    .argument('[name]', 'its name; of an exception also NAMESPACE/NAME')
    .addHelpText('after', more)
    .action((kind, name, _options, self) =>
      run(() => {
        if (kind === undefined) return self.error(`error: say what to begin: ${templateKinds.join(', ')}`);
        if (name === undefined)
          return self.error(`error: the ${kind} needs a name: bulkhead create ${kind} NAME`);
        const named = readName(kind, name);
        if (named === undefined) {
          terminal.stderr.write(
            `error: "${name.slice(0, 80)}" is no name: a-z, 0-9, "-" and ".", a letter or digit at both ends\n`,
          );
          return 2;
        }
        terminal.stdout.write(templateOf(kind, named, new Date()));
        return 0;
      }),
    );

/** NAME, or NAMESPACE/NAME of what lives in a namespace; undefined where either cannot be one. */
function readName(kind: TemplateKind, text: string): TemplateName | undefined {
  const [, namespace = 'default', name = ''] = /^(?:([^/]*)\/)?([^/]*)$/.exec(text) ?? [];
  const placed = kind === 'exception' || !text.includes('/');
  return placed && isDnsLabel(namespace) && isDnsSubdomain(name) ? { name, namespace } : undefined;
}

/** `bulkhead config`: the configuration in force, and where each value came from. */
import { Option } from '@commander-js/extra-typings';
import { Document, isCollection, isScalar, stringify } from 'yaml';
import type { LoadedConfig, Origin } from '../config/load.ts';
import { toTokens } from '../config/pointer.ts';
import { type Config, configuration } from '../config/schema.ts';
import { settingsOf } from '../config/settings.ts';
import type { Definition } from './command.ts';
import { configurationFrom, withListener } from './configuration.ts';
import { tellIssues } from './diagnostics.ts';

const more = `
Flags override environment variables, which override the file, which overrides the defaults.
The text form is a configuration file again; its comments say where each value came from.

Examples:
  bulkhead config                              the defaults, with every setting there is
  bulkhead config --config bulkhead.yaml       what that file leads to, or every mistake in it
  BULKHEAD_SERVER_PORT=9443 bulkhead config -o json
`;

export const define: Definition = (command, { terminal, run }) =>
  withListener(command)
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'yaml', 'json'] as const)
        .default('text'),
    )
    .addHelpText('after', more)
    .action((options) =>
      run(async () => {
        const read = await configurationFrom(options, terminal);
        if (!read.ok) {
          tellIssues(read.issues, terminal);
          return 2;
        }
        terminal.stdout.write(print(read.value, options.output));
        return 0;
      }),
    );

function print(loaded: LoadedConfig, form: string): string {
  const config = withoutSecrets(loaded.config);
  switch (form) {
    case 'json':
      return `${JSON.stringify({ config, origins: originsOf(loaded) }, null, 2)}\n`;
    case 'yaml':
      return stringify(config);
    default:
      return annotated(config, loaded);
  }
}

const originsOf = ({ originOf }: LoadedConfig): Readonly<Record<string, Origin>> =>
  Object.fromEntries(settings.map(({ pointer }) => [pointer, originOf(pointer)]));

const settings = settingsOf(configuration);

/** The same configuration with what is secret replaced; nobody reads a password over another's shoulder. */
function withoutSecrets(config: Config): unknown {
  const document = new Document(config);
  for (const { pointer, schema } of settings) {
    const path = toTokens(pointer);
    if (schema.writeOnly === true && typeof document.getIn(path) === 'string')
      document.setIn(path, '(hidden)');
  }
  return document.toJS();
}

/** YAML with the origin of each value behind it, or above it where it takes more than a line. */
function annotated(config: unknown, { originOf }: LoadedConfig): string {
  const document = new Document(config);
  for (const { pointer } of settings) {
    const path = toTokens(pointer);
    const node = document.getIn(path, true);
    if (isScalar(node)) node.comment = ` ${told(originOf(pointer))}`;
    else if (isCollection(node)) {
      node.flow = node.items.every(isScalar);
      if (node.flow) node.comment = ` ${told(originOf(pointer))}`;
      else node.commentBefore = ` ${told(originOf(pointer))}`;
    }
  }
  return document.toString({ lineWidth: 0 });
}

function told(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'environment':
      return origin.name;
    case 'flag':
      return origin.name;
  }
}

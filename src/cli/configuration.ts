/** What every command that decides shares: --config, and the configuration that it leads to. */
import type { Command } from '@commander-js/extra-typings';
import type { Read } from '../config/issue.ts';
import { type FlagSetting, loadConfig, type LoadedConfig } from '../config/load.ts';
import type { Terminal } from './terminal.ts';

/** Adds `--config FILE`. */
export const withConfig = <A extends unknown[], O extends Record<string, unknown>>(command: Command<A, O>) =>
  command.option('--config <file>', 'configuration file (kind Configuration); - for standard input');

/** Adds `--config FILE` and the flags that override a setting of it. */
export const withListener = <A extends unknown[], O extends Record<string, unknown>>(
  command: Command<A, O>,
) =>
  withConfig(command)
    .option('--address <ip>', 'address to listen on (server.address)')
    .option('--port <number>', 'port to listen on; 0: a free one, which is printed (server.port)');

interface ConfigOptions {
  readonly config?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: string | undefined;
}

/** Puts the configuration together from the flags, the environment and the file. */
export function configurationFrom(options: ConfigOptions, terminal: Terminal): Promise<Read<LoadedConfig>> {
  const { config: path, address, port } = options;
  const flags: FlagSetting[] = [];
  if (address !== undefined) flags.push({ flag: '--address', pointer: '/server/address', text: address });
  if (port !== undefined) flags.push({ flag: '--port', pointer: '/server/port', text: port });
  return loadConfig({ path, flags, environment: terminal.environment, stdin: terminal.stdin });
}

/** The desk as `serve` starts it beside the webhook: where the configuration asks for one. */
import type { Issue, Read } from '../config/issue.ts';
import { sound } from '../config/issue.ts';
import type { Config } from '../config/schema.ts';
import { readInThread } from '../decisions/query/readingThread.ts';
import type { ReadEvent } from '../decisions/record.ts';
import { readTargetOf } from '../decisions/stores/openForReading.ts';
import { startDesk } from './desk.ts';
import type { Desk } from './desk.ts';
import type { DeskTls } from './listener.ts';
import { gatesFor } from './gates.ts';

export interface DeskSurroundings {
  readonly config: Config;
  readonly stateDirectory: string;
  /** The module of a worker thread. */
  readonly entry: URL;
  readonly version: string;
  /** What serves beyond loopback is encrypted. */
  readonly tls: DeskTls;
  readonly record: (event: ReadEvent) => boolean;
  readonly failed: (error: unknown) => void;
  readonly refusedFile: (issues: readonly Issue[]) => void;
}

export const isLoopback = (address: string): boolean => /^127\.|^::1$/.test(address);

/**
 * Starts the desk where `desk.tokenFile` or `desk.oidc` says who may read and a log is kept; undefined otherwise.
 * @throws what the listener throws.
 */
export async function openDesk(surroundings: DeskSurroundings): Promise<Read<Desk | undefined>> {
  const { config, stateDirectory, entry, tls, record, failed, refusedFile, version } = surroundings;
  const { address, port, tokenFile, oidc } = config.desk;
  const target = readTargetOf(config, stateDirectory);
  if (target === undefined || (tokenFile === null && oidc === null)) return sound(undefined);
  const gates = gatesFor(config, stateDirectory, refusedFile);
  if (!gates.ok) return gates;
  const decisions = readInThread(entry, target);
  const desk = await startDesk({
    address,
    port,
    ...(isLoopback(address) ? {} : { tls }),
    gates: gates.value.gates,
    decisions,
    record,
    failed,
    version,
  });
  return sound({
    address: desk.address,
    close: async () => {
      await desk.close();
      await decisions.close();
    },
  });
}

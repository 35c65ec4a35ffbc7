/** `bulkhead test --watch`: runs again whenever a file that the run depended on, or another one beside it, changes. */
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ExitCode, Terminal } from '../terminal.ts';

/** What a run leaves behind for the next one. */
export interface Run {
  readonly code: ExitCode;
  readonly files: readonly string[];
}

/** Editors write a file in several steps; what comes within this time is one change. */
const settleMillis = 100;

/** Runs, waits for a change, runs again, until an interrupt; answers the code of the last run that ended. */
export async function watching(
  paths: readonly string[],
  once: () => Promise<Run>,
  terminal: Terminal,
): Promise<ExitCode> {
  const interruption = new Interruption();
  terminal.takeSignals(() => interruption.happen());
  for (;;) {
    const { code, files } = await once();
    if (interruption.hasHappened()) return 0;
    terminal.stderr.write(
      `watching ${foldersOf([...paths, ...files]).length} folders (${code === 0 ? 'all passed' : 'not all passed'}); Ctrl-C ends\n`,
    );
    await changed(foldersOf([...paths, ...files]), interruption);
    if (interruption.hasHappened()) return 0;
  }
}

class Interruption {
  #over = false;
  #tell: () => void = () => undefined;

  hasHappened(): boolean {
    return this.#over;
  }

  happen(): void {
    this.#over = true;
    this.#tell();
  }

  /** At most one is told. */
  whenHappened(tell: () => void): void {
    this.#tell = tell;
  }
}

/** Settles after the first change, once it is quiet. */
function changed(folders: readonly string[], interruption: Interruption): Promise<void> {
  return new Promise((settle) => {
    let timer: NodeJS.Timeout | undefined;
    const watchers: FSWatcher[] = [];
    const end = (): void => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      settle();
    };
    const noticed = (): void => {
      clearTimeout(timer);
      timer = setTimeout(end, settleMillis);
    };
    for (const folder of folders) {
      const watcher = watch(folder, { recursive: true }, noticed);
      // A folder that goes away is a change too.
      watcher.on('error', noticed);
      watchers.push(watcher);
    }
    interruption.whenHappened(end);
  });
}

/** The folders that hold the files, without those inside others. */
function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = paths.flatMap((path) => {
    if (path === '-') return [];
    const found = statSync(path, { throwIfNoEntry: false });
    return [found?.isDirectory() === true ? path : dirname(path)];
  });
  const existing = [...new Set(folders)].filter(
    (folder) => statSync(folder, { throwIfNoEntry: false }) !== undefined,
  );
  return existing
    .filter((folder) => !existing.some((other) => other !== folder && folder.startsWith(`${other}/`)))
    .sort();
}

/** Keeps the newest good serving material at hand and tells when it was replaced. */
import { describe } from '../../config/issue.ts';
import type { Issue, Read } from '../../config/issue.ts';
import type { ServingMaterial } from './material.ts';

/** Reads the material anew, renewing it first where that is the source's task. */
export type LoadMaterial = () => Promise<Read<ServingMaterial>>;

export interface SourceOptions {
  /** How often to look; files are small and are read whole, so a symlink swap is seen like any other change. */
  readonly everyMillis?: number;
  /** Told once for each new state that cannot be served, while the old material stays in force. */
  readonly refused?: (issues: readonly Issue[]) => void;
}

export interface MaterialSource {
  readonly current: ServingMaterial;
  /** Calls `swapped` for each replacement from now on. */
  subscribe(swapped: (material: ServingMaterial) => void): void;
  /** Looks now, or once more after a look that runs; resolves when what was found is in force or refused. */
  check(): Promise<void>;
  close(): void;
}

/** Loads once and fails with the mistakes found, or returns a source that looks again and again. */
export async function openSource(
  load: LoadMaterial,
  options: SourceOptions = {},
): Promise<Read<MaterialSource>> {
  const first = await load();
  if (!first.ok) return first;
  return { ok: true, value: new PolledSource(load, first.value, options) };
}

/** A fault of ours while looking must not end a process that serves well with what it has. */
const checkFailed: Issue = {
  code: 'tls_check_failed',
  message: 'the certificate could not be checked; the one in force stays',
};

class PolledSource implements MaterialSource {
  readonly #load: LoadMaterial;
  readonly #refused: (issues: readonly Issue[]) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #subscribers: ((material: ServingMaterial) => void)[] = [];
  #current: ServingMaterial;
  #complaint = '';
  #checking: Promise<void> | undefined;
  /** Whether somebody asked since the last look began. */
  #isAsked = false;

  constructor(load: LoadMaterial, first: ServingMaterial, options: SourceOptions) {
    this.#load = load;
    this.#current = first;
    this.#refused = options.refused ?? (() => undefined);
    this.#timer = setInterval(() => void this.check(), options.everyMillis ?? 10_000);
    this.#timer.unref();
  }

  get current(): ServingMaterial {
    return this.#current;
  }

  subscribe(swapped: (material: ServingMaterial) => void): void {
    this.#subscribers.push(swapped);
  }

  check(): Promise<void> {
    this.#isAsked = true;
    this.#checking ??= this.#lookWhileAsked();
    return this.#checking;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Who asks while a look runs may know of what was written after it read. */
  async #lookWhileAsked(): Promise<void> {
    try {
      while (this.#isAsked) {
        this.#isAsked = false;
        await this.#look().catch(() => {
          this.#complain([checkFailed]);
        });
      }
    } finally {
      this.#checking = undefined;
    }
  }

  async #look(): Promise<void> {
    let read = await this.#load();
    // Certificate and key are two reads: a swap in between is no mistake, and a second look tells.
    if (!read.ok) read = await this.#load();
    if (!read.ok) {
      this.#complain(read.issues);
      return;
    }
    this.#complaint = '';
    if (read.value.fingerprint === this.#current.fingerprint) return;
    this.#current = read.value;
    for (const swapped of this.#subscribers) swapped(read.value);
  }

  /** Once for each new state: the file is looked at every few seconds and stays as it is until somebody acts. */
  #complain(issues: readonly Issue[]): void {
    const complaint = issues.map(describe).join('\n');
    if (complaint !== this.#complaint) this.#refused(issues);
    this.#complaint = complaint;
  }
}

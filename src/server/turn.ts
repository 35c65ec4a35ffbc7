/** Does what comes in one turn of the event loop together: one step for all of it, then the other. */

/** A turn begins nothing more after so many milliseconds: probes and new requests come in between. */
const longestMillis = 2;

export interface Steps<Arrival, Departure> {
  /** Works on what arrived; what it is done with it lets depart, now or later. */
  readonly take: (arrival: Arrival) => void;
  readonly send: (departure: Departure) => void;
}

/**
 * Each step is done for everything that came in one turn of the event loop before the next one begins. One request after the other from socket to socket finds neither code
 * nor data of its step in the processor's caches, and wakes its client by itself; sixteen connections were served nearly twice as fast together.
 */
export class Turn<Arrival, Departure> {
  readonly #steps: Steps<Arrival, Departure>;
  #arrived: Arrival[] = [];
  /** Undefined between turns. */
  #departing: Departure[] | undefined;

  constructor(steps: Steps<Arrival, Departure>) {
    this.#steps = steps;
  }

  /** It is taken once the event loop has read what there is to read. */
  arrive(arrival: Arrival): void {
    if (this.#arrived.push(arrival) === 1) this.#later();
  }

  /** It is sent with the others of this turn; at once where no turn is under way. */
  depart(departure: Departure): void {
    if (this.#departing === undefined) this.#steps.send(departure);
    else this.#departing.push(departure);
  }

  #later(): void {
    setImmediate(() => {
      this.#take();
    });
  }

  /** What one of them throws is thrown, and costs no other its answer. */
  #take(): void {
    const arrived = this.#arrived;
    const departing: Departure[] = [];
    const until = performance.now() + longestMillis;
    let at = 0;
    this.#departing = departing;
    this.#arrived = [];
    try {
      for (const arrival of arrived) {
        at += 1;
        this.#steps.take(arrival);
        if (performance.now() >= until) break;
      }
    } finally {
      this.#departing = undefined;
      this.#arrived = [...arrived.slice(at), ...this.#arrived];
      if (this.#arrived.length > 0) this.#later();
      this.#send(departing);
    }
  }

  #send(departing: readonly Departure[]): void {
    let at = 0;
    try {
      for (const departure of departing) {
        at += 1;
        this.#steps.send(departure);
      }
    } finally {
      if (at < departing.length)
        setImmediate(() => {
          this.#send(departing.slice(at));
        });
    }
  }
}

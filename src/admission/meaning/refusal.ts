/** Why a function of meaning has no answer: a sentence for the author or the user, as a value. */

/** `spent`: a counted budget ran out, so that nothing is known; no operator of the language may absorb it. */
export class Refusal {
  readonly message: string;
  readonly spent: boolean;
  constructor(message: string, spent = false) {
    this.message = message;
    this.spent = spent;
  }
}

/** The refusal of a question whose answer would take too long to find. */
export const tooComplex = new Refusal(
  'this NetworkPolicy is too complex to be judged; it needs fewer or simpler rules',
  true,
);

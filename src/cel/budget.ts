/** What expressions may cost: the limits of Kubernetes, counted, so that every run of the same thing ends at the same place. */

/** Units that one expression may cost (PerCallLimit of kube-apiserver). */
export const expressionLimit = 1_000_000;
/** Units that all expressions of one policy may cost for one request (RuntimeCELCostBudget). */
export const policyLimit = 10_000_000;
/** Units that the match conditions of one policy may cost for one request (RuntimeCELCostBudgetMatchConditions). */
export const matchConditionsLimit = 2_500_000;

/** Work of this implementation that one unit of cost stands for at most; see {@link Frame}. */
const workPerExpression = 5_000_000;

/** The budget of one policy for one request; every run takes from it. */
export class Budget {
  #cost: number;
  #work: number;

  /** A budget of so many units of cost. */
  constructor(limit: number = policyLimit) {
    this.#cost = limit;
    this.#work = Math.ceil(limit / expressionLimit) * workPerExpression;
  }

  /** Units left; negative once it is spent. */
  get remaining(): number {
    return this.#cost;
  }

  /** Whether nothing more may run. */
  get spent(): boolean {
    return this.#cost < 0 || this.#work < 0;
  }

  /** The work that the next expression may do. */
  get allowance(): number {
    return Math.min(workPerExpression, this.#work);
  }

  /** Takes what a run has spent; answers whether anything is left. */
  take(cost: number, work: number): boolean {
    this.#cost -= cost;
    this.#work -= work;
    return !this.spent;
  }
}

/** One thing that a case can touch. */

/**
 * `rule`: it was asked. `limit`: a flow, a pod or a label was measured by it. `branch`: one of the two ways in which it can decide, such as
 * "fails" of a validation.
 */
export interface Point {
  readonly sort: 'rule' | 'limit' | 'branch';
  readonly kind: string;
  readonly name: string;
  /** Where in the rule; empty for the rule itself. */
  readonly field: string;
  readonly way: string;
}

/** A text under which equal points meet. */
export const keyOfPoint = ({ sort, kind, name, field, way }: Point): string =>
  JSON.stringify([sort, kind, name, field, way]);

// Where Bulkhead is known to decide otherwise than kube-apiserver 1.36, always towards refusing; a difference that goes away must leave this list.
import { describe, expect, test } from '@jest/globals';
import { answerOf, type Case } from './cases.ts';

/** Each with the answer of kube-apiserver, and why ours is another. */
const differences: readonly (Omit<Case, 'with' | 'answer'> & {
  readonly why: string;
  readonly kubernetes: unknown;
  readonly ours: unknown;
})[] = [
  {
    why: 'a map with a null key can be neither looked up nor shown: it fails',
    expression: '{null: 1}',
    kubernetes: { type: 'map(null_type, int)', value: { map: [[null, { int: '1' }]] }, cost: 0 },
    ours: { type: 'map(null_type, int)', failed: true },
  },
  {
    why: 'protobuf wrappers mean nothing in a policy',
    expression: 'google.protobuf.Int64Value{value: 1}',
    kubernetes: { type: 'wrapper(int)', value: { int: '1' }, cost: 40 },
    ours: { refused: true },
  },
  {
    why: 'the compiler of kube-apiserver panics; here the value after ? is no optional',
    expression: '[?.object]',
    kubernetes: 'panic: index out of range',
    ours: { type: 'list(dyn)', failed: true },
  },
  {
    why: 'a type is shown under its own name',
    expression: 'type(Object{a: 1})',
    mutation: true,
    kubernetes: { type: 'type(Object)', value: { type: 'type' }, cost: 41 },
    ours: { type: 'type(Object)', value: { type: 'Object' }, cost: 41 },
  },
  {
    why: 'three signs in a row: the last belongs to the literal, which costs nothing',
    expression: '---1',
    kubernetes: { type: 'int', value: { int: '-1' }, cost: 1 },
    ours: { type: 'int', value: { int: '-1' }, cost: 0 },
  },
  {
    why: 'numbers of thousands of digits are no quantities: reading them would take too long',
    expression: `quantity("1${'0'.repeat(300)}").isInteger()`,
    kubernetes: { type: 'bool', value: false, cost: 32 },
    ours: { type: 'bool', failed: true },
  },
  {
    why: 'cel-go infers an impossible type and refuses to run it',
    expression: 'optional.none().optMap(o, o).orValue(type(1))',
    kubernetes: { refused: true },
    ours: { type: 'type(int)', value: { type: 'int' }, cost: 3 },
  },
];

describe('known differences', () => {
  test.each(differences)('$expression: $why', ({ kubernetes, ours, expression, mutation }) => {
    const answer = answerOf({ expression, with: 'data', ...(mutation === true && { mutation }) });
    expect(answer).toEqual(ours);
    expect(answer).not.toEqual(kubernetes);
  });
});

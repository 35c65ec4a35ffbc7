// What the expressions of a policy may cost together, as far as that decides.
import { type PolicyCase, check, dear, validating } from '../case.ts';
import { createPod } from '../setting.ts';

const pod = [createPod()];
const costly = dear(8);
const text = `string(${costly})`;
const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));

export const budgets: readonly PolicyCase[] = [
  validating(
    'dear validations within the budget',
    { validations: times(5, () => ({ expression: costly })) },
    pod,
  ),
  validating(
    'dear validations beyond the budget',
    { validations: times(16, () => ({ expression: costly })) },
    pod,
  ),
  validating(
    'dear validations beyond the budget, ignored',
    { failurePolicy: 'Ignore', validations: times(16, () => ({ expression: costly })) },
    pod,
  ),
  validating(
    'a failure before the budget is spent',
    { validations: [{ expression: 'false', message: 'no' }, ...times(16, () => ({ expression: costly }))] },
    pod,
  ),
  validating(
    'a failure before the budget is spent, ignored',
    {
      failurePolicy: 'Ignore',
      validations: [{ expression: 'false', message: 'no' }, ...times(16, () => ({ expression: costly }))],
    },
    pod,
  ),
  validating(
    'dear messages of validations that hold',
    { validations: times(16, () => ({ expression: 'true', messageExpression: text })) },
    pod,
  ),
  validating(
    'dear messages of validations that hold, ignored',
    {
      failurePolicy: 'Ignore',
      validations: times(16, () => ({ expression: 'true', messageExpression: text })),
    },
    pod,
  ),
  validating(
    'dear messages of validations that do not hold',
    { validations: times(16, () => ({ expression: 'false', message: 'no', messageExpression: text })) },
    pod,
  ),
  validating(
    'dear annotations beyond the budget',
    {
      auditAnnotations: times(20, (index) => ({
        key: `a${index}`,
        valueExpression: text,
      })),
    },
    pod,
  ),
  validating(
    'dear annotations have a budget of their own',
    {
      validations: times(10, () => ({ expression: costly })),
      auditAnnotations: times(10, (index) => ({ key: `a${index}`, valueExpression: text })),
    },
    pod,
  ),
  validating(
    'dear variables beyond the budget',
    {
      variables: times(16, (index) => ({ name: `v${index}`, expression: costly })),
      ...check(times(16, (index) => `variables.v${index}`).join(' && ')),
    },
    pod,
  ),
];

// matchConditions, failurePolicy, and errors at run time.
import { type PolicyCase, apply, check, dear, mutating, validating } from '../case.ts';
import { createPod } from '../setting.ts';

const pods = [createPod(), createPod({ labels: { app: 'web' } }, 'labelled')];
const failing = 'object.spec.nothing == 1';
const condition = (...expressions: readonly string[]): object => ({
  matchConditions: expressions.map((expression, index) => ({ name: `c${index}`, expression })),
});
const error = (name: string, expression: string): readonly PolicyCase[] => [
  validating(`${name}, Fail`, { failurePolicy: 'Fail', ...check(expression) }, pods),
  validating(`${name}, Ignore`, { failurePolicy: 'Ignore', ...check(expression) }, pods),
];

export const conditions: readonly PolicyCase[] = [
  validating('a condition that is true', { ...condition('true'), ...check('false') }, pods),
  validating('a condition that is false', { ...condition('false'), ...check('false') }, pods),
  validating(
    'a condition on labels',
    { ...condition('has(object.metadata.labels.app)'), ...check('false') },
    pods,
  ),
  validating(
    'all conditions',
    { ...condition('true', 'object.kind == "Pod"', 'true'), ...check('false') },
    pods,
  ),
  validating('one condition of many is false', { ...condition('true', 'false'), ...check('false') }, pods),
  validating('a condition that fails', { ...condition(failing), ...check('true') }, pods),
  validating(
    'a condition that fails, ignored',
    { failurePolicy: 'Ignore', ...condition(failing), ...check('false') },
    pods,
  ),
  validating(
    'a condition that fails before a false one',
    { ...condition(failing, 'false'), ...check('false') },
    pods,
  ),
  validating(
    'a condition that fails after a false one',
    { ...condition('false', failing), ...check('false') },
    pods,
  ),
  validating(
    'a condition that fails before a true one',
    { ...condition(failing, 'true'), ...check('true') },
    pods,
  ),
  validating(
    'a condition on the user',
    { ...condition('request.userInfo.username != "admin"'), ...check('false') },
    [createPod(), { ...createPod({}, 'a developer'), as: 'dev-payments' }],
  ),
  validating(
    'a condition sees no namespace',
    { ...condition('namespaceObject == null'), ...check('false') },
    pods,
  ),
  validating(
    'a condition that reads the namespace',
    { ...condition('namespaceObject.metadata.name != ""'), ...check('false') },
    pods,
  ),
  validating(
    'a condition with dyn absorbed',
    { ...condition(`${failing} || true`), ...check('false') },
    pods,
  ),
  validating('a condition that exhausts its budget', { ...condition(dear(12)), ...check('true') }, pods),
  validating(
    'a condition that exhausts its budget, ignored',
    {
      failurePolicy: 'Ignore',
      ...condition(dear(12)),
      ...check('false'),
    },
    pods,
  ),
  validating(
    'conditions that exhaust their budget together',
    {
      ...condition(...[0, 1, 2, 3].map(() => dear(8)), 'false'),
      ...check('false'),
    },
    pods,
  ),
  mutating(
    'a condition of a mutation that is false',
    { ...condition('false'), mutations: [apply('Object{metadata: Object.metadata{labels: {"x": "y"}}}')] },
    pods,
  ),
  mutating(
    'a condition of a mutation that fails',
    { ...condition(failing), mutations: [apply('Object{metadata: Object.metadata{labels: {"x": "y"}}}')] },
    pods,
  ),
  mutating(
    'a condition of a mutation that fails, ignored',
    {
      failurePolicy: 'Ignore',
      ...condition(failing),
      mutations: [apply('Object{metadata: Object.metadata{labels: {"x": "y"}}}')],
    },
    pods,
  ),
  ...error('an absent field', failing),
  ...error('an absent key', 'object.metadata.labels["absent"] == "x"'),
  ...error('an index out of range', 'object.spec.containers[7].name == "x"'),
  ...error('a division by zero', '1 / (object.spec.containers.size() - 1) == 0'),
  ...error('a modulus by zero', '1 % (object.spec.containers.size() - 1) == 0'),
  ...error('an overflow', 'object.spec.terminationGracePeriodSeconds + 9223372036854775800 > 0'),
  ...error('a type that does not fit', 'object.spec.containers > 1'),
  ...error('a dyn condition that is no bool', 'object.spec.containers.all(c, c.name)'),
  ...error('a number of a text', 'int(object.metadata.name) == 1'),
  ...error('a quantity that is none', 'quantity(object.metadata.name).isInteger()'),
  ...error('value() of nothing', 'object.?nothing.value() == 1'),
  ...error('an absent namespace annotation', 'namespaceObject.metadata.annotations["absent"] == "x"'),
  ...error('an address that is none', 'ip(object.metadata.name).family() == 4'),
  ...error('a regex that is none', '"a".matches(object.metadata.name + "(")'),
  ...error('the budget', dear(12)),
  ...error('sets of many', 'sets.contains(lists.range(2000), lists.range(2000))'),
  validating(
    'an error beside a failure, ignored',
    {
      failurePolicy: 'Ignore',
      validations: [{ expression: failing }, { expression: 'false', message: 'b' }],
    },
    pods,
  ),
  validating(
    'the budget beside a failure, ignored',
    {
      failurePolicy: 'Ignore',
      validations: [
        {
          expression: dear(12),
        },
        { expression: 'false', message: 'b' },
      ],
    },
    pods,
  ),
  validating('an absorbed error on the left', check(`${failing} || true`), pods),
  validating('an absorbed error on the right', check(`true || ${failing}`), pods),
  validating('an absorbed error in all', check('![{"a": 1}, {"b": 2}].all(x, x.b == 3)'), pods),
  validating('an error that false does not absorb', check(`${failing} || false`), pods),
  validating('an error under a false', check(`!(${failing} && false)`), pods),
];

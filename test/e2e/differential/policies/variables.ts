// variables: named expressions, computed when they are read.
import { type PolicyCase, apply, check, mutating, validating } from '../case.ts';
import { containers, createPod } from '../setting.ts';

const pods = [createPod(), createPod({ spec: containers({}, { image: 'elsewhere/b:2' }) }, 'two containers')];
const given = (pairs: Readonly<Record<string, string>>): object => ({
  variables: Object.entries(pairs).map(([name, expression]) => ({ name, expression })),
});

export const variables: readonly PolicyCase[] = [
  validating(
    'a variable',
    { ...given({ n: 'object.spec.containers.size()' }), ...check('variables.n == 1') },
    pods,
  ),
  validating(
    'a variable of a variable',
    {
      ...given({ a: 'object.spec.containers', b: 'variables.a.map(c, c.image)' }),
      ...check('variables.b.all(i, i.startsWith("registry"))'),
    },
    pods,
  ),
  validating(
    'a variable that fails and is not read',
    { ...given({ a: 'object.spec.nothing' }), ...check('true') },
    pods,
  ),
  validating(
    'a variable that fails and is read',
    { ...given({ a: 'object.spec.nothing' }), ...check('variables.a == 1') },
    pods,
  ),
  validating(
    'a variable that fails and is absorbed',
    { ...given({ a: 'object.spec.nothing' }), ...check('variables.a == 1 || true') },
    pods,
  ),
  validating(
    'has() of a variable',
    { ...given({ a: 'object.spec.nothing' }), ...check('has(variables.a)') },
    pods,
  ),
  validating('has() of a variable that works', { ...given({ a: '1' }), ...check('has(variables.a)') }, pods),
  validating(
    'a variable that is an optional',
    { ...given({ a: 'object.?spec.?nodeName' }), ...check('variables.a.orValue("x") == "x"') },
    pods,
  ),
  validating(
    'a variable that is a map',
    { ...given({ a: '{"x": [1, 2]}' }), ...check('variables.a.x[1] == 2 && variables.a["x"].size() == 2') },
    pods,
  ),
  validating('a variable that is null', { ...given({ a: 'null' }), ...check('variables.a == null') }, pods),
  validating(
    'a variable that is a duration',
    { ...given({ a: 'duration("1h")' }), ...check('variables.a > duration("59m")') },
    pods,
  ),
  validating(
    'a variable that is a quantity',
    { ...given({ a: 'quantity("1Gi")' }), ...check('variables.a.isGreaterThan(quantity("1G"))') },
    pods,
  ),
  validating(
    'a variable that is an address',
    { ...given({ a: 'ip("10.0.0.1")' }), ...check('cidr("10.0.0.0/8").containsIP(variables.a)') },
    pods,
  ),
  validating(
    'a variable that is a type',
    { ...given({ a: 'type(object)' }), ...check('variables.a == map') },
    pods,
  ),
  validating(
    'a variable that is bytes',
    { ...given({ a: 'b"abc"' }), ...check('variables.a.size() == 3') },
    pods,
  ),
  validating(
    'a variable read in a comprehension',
    { ...given({ ok: '["c0"]' }), ...check('object.spec.containers.all(c, c.name in variables.ok)') },
    pods,
  ),
  validating(
    'a comprehension in a variable that shadows',
    {
      ...given({ names: 'object.spec.containers.map(object, object.name)' }),
      ...check('variables.names == ["c0"]'),
    },
    pods,
  ),
  validating(
    'a dear variable read twice',
    {
      ...given({ a: 'lists.range(1000).map(i, lists.range(300).size()).sum()' }),
      validations: [{ expression: 'variables.a > 0' }, { expression: 'variables.a == 300000' }],
    },
    pods,
  ),
  validating(
    'a variable beyond the budget',
    {
      ...given({ a: 'lists.range(1000).map(i, lists.range(1000).map(j, i * j).size()).sum()' }),
      ...check('variables.a > 0 || true'),
    },
    pods,
  ),
  validating(
    'many variables',
    {
      variables: Array.from({ length: 30 }, (_, index) => ({
        name: `v${index}`,
        expression: index === 0 ? '1' : `variables.v${index - 1} + 1`,
      })),
      ...check('variables.v29 == 30'),
    },
    pods,
  ),
  validating(
    'a variable with an odd name',
    { ...given({ _a1: '1', A: '2' }), ...check('variables._a1 + variables.A == 3') },
    pods,
  ),
  validating(
    'a variable twice',
    {
      variables: [
        { name: 'a', expression: '1' },
        { name: 'a', expression: '"x"' },
      ],
      ...check('variables.a == "x"'),
    },
    pods,
  ),
  validating(
    'a variable that reads a later one',
    { ...given({ a: 'variables.b', b: '1' }), ...check('variables.a == 1') },
    pods,
  ),
  validating(
    'a variable that reads itself',
    { ...given({ a: 'variables.a' }), ...check('variables.a == 1') },
    pods,
  ),
  validating('a variable of the wrong type', { ...given({ a: '1' }), ...check('variables.a == "x"') }, pods),
  validating('a variable that is no identifier', { ...given({ 'a-b': '1' }), ...check('true') }, pods),
  validating('a variable named as a reserved word', { ...given({ in: '1' }), ...check('true') }, pods),
  validating('an unknown variable', { ...given({ a: '1' }), ...check('variables.b == 1') }, pods),
  validating('variables that are not there', check('variables == variables'), pods),
  validating(
    'a variable in a condition',
    {
      ...given({ a: 'true' }),
      matchConditions: [{ name: 'c', expression: 'variables.a' }],
      ...check('false'),
    },
    pods,
  ),
  mutating(
    'a variable in a mutation',
    {
      ...given({ labels: '{"n": string(object.spec.containers.size())}' }),
      mutations: [apply('Object{metadata: Object.metadata{labels: variables.labels}}')],
    },
    pods,
  ),
  mutating(
    'a variable of a mutation sees what the mutation before it made',
    {
      ...given({ n: 'object.spec.containers.size()' }),
      mutations: [
        apply('Object{spec: Object.spec{containers: [Object.spec.containers{name: "side", image: "s:1"}]}}'),
        apply('Object{metadata: Object.metadata{annotations: {"n": string(variables.n)}}}'),
      ],
    },
    pods,
  ),
  mutating(
    'a variable that is an Object',
    {
      ...given({ a: 'Object{metadata: Object.metadata{}}' }),
      mutations: [apply('variables.a')],
    },
    pods,
  ),
];

// Policies and bindings that a server refuses to store, and their neighbours that it takes.
import { type PolicyCase, apply, check, mutating, patch, validating } from '../case.ts';
import { createPod } from '../setting.ts';

type Fields = Readonly<Record<string, unknown>>;
const pod = [createPod()];
const spec = (name: string, fields: Fields, bindings: readonly Fields[] = [{}]): PolicyCase =>
  validating(name, fields, pod, bindings);
const rule: Fields = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
const matched = (name: string, more: Fields): PolicyCase =>
  spec(name, { matchConstraints: { resourceRules: [{ ...rule, ...more }] }, ...check('true') });
const constrained = (name: string, more: Fields): PolicyCase =>
  spec(name, { matchConstraints: { resourceRules: [rule], ...more }, ...check('true') });
const said = (name: string, more: Fields): PolicyCase => spec(name, check('true', more));
const mutations = (name: string, fields: Fields): PolicyCase => mutating(name, fields, pod);
const label = apply('Object{metadata: Object.metadata{labels: {"x": "y"}}}');

export const refusals: readonly PolicyCase[] = [
  spec('neither validations nor annotations', {}),
  spec('empty validations', { validations: [] }),
  spec('a validation without an expression', { validations: [{ message: 'x' }] }),
  spec('an empty expression', check('')),
  spec('a blank expression', check('  ')),
  spec('a syntax error', check('1 +')),
  spec('a number for a bool', check('1')),
  spec('dyn for a bool', check('object.spec.hostNetwork')),
  spec('an unknown function', check('nothing(1)')),
  spec('an unknown field', { ...check('true'), nothing: 1 }),
  spec('an unknown field of a validation', { validations: [{ expression: 'true', nothing: 1 }] }),
  spec('authorizer', check('authorizer.group("").resource("pods").check("get").allowed()')),
  spec('a mutation in a validation', check('Object{} == Object{}')),
  spec('escapeKey in a validation', check('jsonpatch.escapeKey("a/b") == "a~1b"')),
  spec('an unknown failurePolicy', { failurePolicy: 'Retry', ...check('true') }),
  spec('no matchConstraints', { matchConstraints: undefined, ...check('true') }),
  spec('no resourceRules', { matchConstraints: {}, ...check('true') }),
  spec('empty resourceRules', { matchConstraints: { resourceRules: [] }, ...check('true') }),
  spec('a duplicate condition', {
    matchConditions: [
      { name: 'a', expression: 'true' },
      { name: 'a', expression: 'true' },
    ],
    ...check('true'),
  }),
  spec('a condition without a name', {
    matchConditions: [{ name: '', expression: 'true' }],
    ...check('true'),
  }),
  spec('a condition with a bad name', {
    matchConditions: [{ name: 'a b', expression: 'true' }],
    ...check('true'),
  }),
  spec('a condition with a qualified name', {
    matchConditions: [{ name: 'example.com/a', expression: 'true' }],
    ...check('true'),
  }),
  spec('a condition that is no bool', {
    matchConditions: [{ name: 'a', expression: '"x"' }],
    ...check('true'),
  }),
  spec('a condition that is dyn', {
    matchConditions: [{ name: 'a', expression: 'object.x' }],
    ...check('true'),
  }),
  spec('65 conditions', {
    matchConditions: Array.from({ length: 65 }, (_, at) => ({ name: `a${at}`, expression: 'true' })),
    ...check('true'),
  }),
  spec('64 conditions', {
    matchConditions: Array.from({ length: 64 }, (_, at) => ({ name: `a${at}`, expression: 'true' })),
    ...check('true'),
  }),
  spec('a paramKind without a version', { paramKind: { kind: 'ConfigMap' }, ...check('true') }),
  spec('a paramKind without a kind', { paramKind: { apiVersion: 'v1' }, ...check('true') }),
  spec('a paramKind with a bad version', {
    paramKind: { apiVersion: 'a/b/c', kind: 'ConfigMap' },
    ...check('true'),
  }),
  spec('a paramKind with a bad kind', {
    paramKind: { apiVersion: 'v1', kind: 'Config Map' },
    ...check('true'),
  }),
  said('a blank message', { message: '  ' }),
  said('an empty message', { message: '' }),
  said('a message of two lines', { message: 'a\nb' }),
  said('a message with a line break at its end', { message: 'a\n' }),
  said('a message with a carriage return', { message: 'a\rb' }),
  said('an empty messageExpression', { messageExpression: '' }),
  said('a blank messageExpression', { messageExpression: '  ' }),
  said('a messageExpression that is no string', { messageExpression: '1' }),
  said('a messageExpression that is dyn', { messageExpression: 'object.metadata.name' }),
  said('a messageExpression that cannot be parsed', { messageExpression: '"a' }),
  said('an unknown reason', { reason: 'Whatever' }),
  said('reason NotFound', { reason: 'NotFound' }),
  said('an empty reason', { reason: '' }),
  matched('no groups', { apiGroups: [] }),
  matched('no versions', { apiVersions: [] }),
  matched('no operations', { operations: [] }),
  matched('no resources', { resources: [] }),
  matched('all groups and one', { apiGroups: ['*', 'apps'] }),
  matched('all versions and one', { apiVersions: ['*', 'v1'] }),
  matched('all operations and one', { operations: ['*', 'CREATE'] }),
  matched('an unknown operation', { operations: ['WATCH'] }),
  matched('an operation twice', { operations: ['CREATE', 'CREATE'] }),
  matched('an empty version', { apiVersions: [''] }),
  matched('an empty resource', { resources: [''] }),
  matched('all resources and one', { resources: ['*', 'pods'] }),
  matched('everything and one', { resources: ['*/*', 'pods'] }),
  matched('a subresource beside its wildcard', { resources: ['pods/*', 'pods/status'] }),
  matched('a resource beside its subresources', { resources: ['pods', 'pods/*'] }),
  matched('all resources and their subresources', { resources: ['*', '*/status'] }),
  matched('a resource that does not exist', { resources: ['nothings'] }),
  matched('a capital resource', { resources: ['Pods'] }),
  matched('an unknown scope', { scope: 'Everywhere' }),
  matched('a name twice', { resourceNames: ['a', 'a'] }),
  matched('a name with a slash', { resourceNames: ['a/b'] }),
  matched('a name of dots', { resourceNames: ['..'] }),
  matched('a name with capitals', { resourceNames: ['Pod_1'] }),
  constrained('an unknown matchPolicy', { matchPolicy: 'Sometimes' }),
  constrained('a bad label key', { objectSelector: { matchLabels: { 'a b': 'c' } } }),
  constrained('a bad label value', { objectSelector: { matchLabels: { a: 'c d' } } }),
  constrained('a bad selector operator', {
    objectSelector: { matchExpressions: [{ key: 'a', operator: 'Equals', values: ['b'] }] },
  }),
  constrained('In without values', {
    namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: [] }] },
  }),
  constrained('Exists with values', {
    namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] },
  }),
  spec('21 annotations', {
    auditAnnotations: Array.from({ length: 21 }, (_, at) => ({ key: `a${at}`, valueExpression: '"x"' })),
  }),
  spec('20 annotations', {
    auditAnnotations: Array.from({ length: 20 }, (_, at) => ({ key: `a${at}`, valueExpression: '"x"' })),
  }),
  spec('an annotation of a long expression', {
    auditAnnotations: [{ key: 'a', valueExpression: `"${'x'.repeat(5200)}"` }],
  }),
  spec('a long expression', check(`"${'x'.repeat(20_000)}".size() > 5`)),
  spec('a deep expression', check(`${'('.repeat(200)}true${')'.repeat(200)}`)),
  spec('a deep list', check(`${'['.repeat(60)}1${']'.repeat(60)}.size() == 1`)),
  spec('many terms', check(Array.from({ length: 500 }, () => 'true').join(' && '))),
  spec('a binding without a policy name', check('true'), [{ policyName: '' }]),
  spec('a binding to a bad policy name', check('true'), [{ policyName: 'A B' }]),
  spec('a binding with an unknown field', check('true'), [{ nothing: 1 }]),
  spec('a binding with a bad selector', check('true'), [
    { matchResources: { namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } } },
  ]),
  spec('a binding with a bad rule', check('true'), [
    { matchResources: { resourceRules: [{ ...rule, operations: [] }] } },
  ]),
  spec(
    'a paramRef with a bad name',
    { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, ...check('true') },
    [{ paramRef: { name: 'a/b', parameterNotFoundAction: 'Allow' } }],
  ),
  spec(
    'a paramRef with an unknown action',
    { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, ...check('true') },
    [{ paramRef: { name: 'a', parameterNotFoundAction: 'Ask' } }],
  ),
  mutations('no mutations', { mutations: [] }),
  mutations('mutations left out', {}),
  mutations('a mutation without a type', { mutations: [{ applyConfiguration: { expression: 'Object{}' } }] }),
  mutations('a mutation of both types', { mutations: [{ ...label, ...patch('[]') }] }),
  mutations('a mutation of the other type', {
    mutations: [{ ...patch('[]'), patchType: 'ApplyConfiguration' }],
  }),
  mutations('an unknown patchType', {
    mutations: [{ patchType: 'Merge', applyConfiguration: { expression: 'Object{}' } }],
  }),
  mutations('an empty mutation', { mutations: [apply('')] }),
  mutations('a mutation that is a bool', { mutations: [apply('true')] }),
  mutations('a mutation with a syntax error', { mutations: [apply('Object{')] }),
  mutations('a mutation with an unknown type', { mutations: [apply('Other{}')] }),
  mutations('a mutation with authorizer', {
    mutations: [apply('authorizer.group("").resource("pods").check("get").allowed() ? Object{} : Object{}')],
  }),
  mutations('an unknown reinvocationPolicy', { reinvocationPolicy: 'Always', mutations: [label] }),
  mutations('no reinvocationPolicy', { reinvocationPolicy: undefined, mutations: [label] }),
  mutations('a mutation of deletions', {
    matchConstraints: { resourceRules: [{ ...rule, operations: ['DELETE'] }] },
    mutations: [label],
  }),
  mutations('a mutation of all operations', {
    matchConstraints: { resourceRules: [{ ...rule, operations: ['*'] }] },
    mutations: [label],
  }),
  mutations('a mutation of connections', {
    matchConstraints: { resourceRules: [{ ...rule, operations: ['CONNECT'] }] },
    mutations: [label],
  }),
  mutations('a mutation with validations', { mutations: [label], validations: [{ expression: 'true' }] }),
];

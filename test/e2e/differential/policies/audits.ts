// validationActions and auditAnnotations: what is told and what is written.
import { type PolicyCase, check, dear, validating } from '../case.ts';
import { containers, createPod, production } from '../setting.ts';

const pods = [
  createPod({ labels: { app: 'web' } }),
  createPod({ spec: containers({}, {}) }, 'two containers'),
];
const single = 'object.spec.containers.size() == 1';
const acting = (
  name: string,
  actions: readonly string[],
  spec: Readonly<Record<string, unknown>> = check(single, { message: 'too many' }),
): PolicyCase => validating(name, spec, pods, [{ validationActions: actions }]);
const annotated = (
  name: string,
  valueExpression: string,
  more: Readonly<Record<string, unknown>> = {},
): PolicyCase => validating(name, { auditAnnotations: [{ key: 'told', valueExpression }], ...more }, pods);
const failing = {
  validations: [{ expression: 'object.spec.nothing == 1' }, { expression: single, message: 'too many' }],
};

export const audits: readonly PolicyCase[] = [
  acting('Deny', ['Deny']),
  acting('Warn', ['Warn']),
  acting('Audit', ['Audit']),
  acting('Deny and Audit', ['Deny', 'Audit']),
  acting('Warn and Audit', ['Warn', 'Audit']),
  acting('Deny and Warn', ['Deny', 'Warn']),
  acting('no action', []),
  acting('an action twice', ['Warn', 'Warn']),
  acting('an action that is none', ['Refuse']),
  acting('an error warns', ['Warn'], failing),
  acting('an error is written down', ['Audit'], failing),
  acting('an ignored error does not warn', ['Warn'], { failurePolicy: 'Ignore', ...failing }),
  acting('an ignored error is not written down', ['Audit'], { failurePolicy: 'Ignore', ...failing }),
  acting('several warnings', ['Warn'], {
    validations: ['a', 'b', 'c'].map((message) => ({ expression: single, message })),
  }),
  acting('the same warning twice', ['Warn'], {
    validations: ['a', 'a'].map((message) => ({ expression: single, message })),
  }),
  acting('a warning beyond ASCII', ['Warn'], check(single, { message: 'größer “als” \\ 🚫' })),
  acting(
    'a warning by messageExpression',
    ['Warn'],
    check(single, { messageExpression: '"has " + string(size(object.spec.containers))' }),
  ),
  acting('the first failure is written down', ['Audit'], {
    validations: [
      { expression: 'true' },
      { expression: single, message: 'b' },
      { expression: 'false', message: 'c' },
    ],
  }),
  validating('no validationActions', check('false'), pods, [{ validationActions: undefined }]),
  validating('bindings with different actions', check(single, { message: 'too many' }), pods, [
    { validationActions: ['Warn'] },
    { validationActions: ['Audit'] },
  ]),
  annotated('an annotation', '"has " + string(object.spec.containers.size())'),
  annotated('an annotation that is null', 'null'),
  annotated('an annotation that may be null', 'object.spec.containers.size() > 1 ? null : dyn("x")'),
  annotated('an annotation that is an optional', 'object.?metadata.?labels[?"app"].orValue("none")'),
  annotated('a blank annotation', '"  "'),
  annotated('an annotation with blanks around it', '"  x  "'),
  annotated('an annotation of lines', '"a\\nb"'),
  annotated('an annotation that fails', 'string(object.spec.nothing)'),
  annotated('an annotation that fails, ignored', 'string(object.spec.nothing)', { failurePolicy: 'Ignore' }),
  annotated('an annotation that fails under Warn', 'string(object.spec.nothing)'),
  annotated('an annotation of the wrong type', '1'),
  annotated('an annotation that is dyn', 'object.metadata.name'),
  annotated('an annotation beside a denial', '"x"', check('false', { message: 'no' })),
  annotated('an annotation beside a false condition', '"x"', {
    matchConditions: [{ name: 'c', expression: 'false' }],
  }),
  annotated('an annotation with variables', 'variables.a', { variables: [{ name: 'a', expression: '"v"' }] }),
  annotated('a long annotation', 'lists.range(1000).map(i, "0123456789").join("")'),
  annotated('an annotation beyond 10 KiB', 'lists.range(1100).map(i, "0123456789").join("")'),
  annotated('a costly annotation', `string(${dear(12)})`),
  validating(
    'an annotation that fails under Warn only',
    { auditAnnotations: [{ key: 'told', valueExpression: 'string(object.spec.nothing)' }] },
    pods,
    [{ validationActions: ['Warn'] }],
  ),
  validating(
    'several annotations',
    {
      auditAnnotations: [
        { key: 'a', valueExpression: '"1"' },
        { key: 'b', valueExpression: 'object.metadata.namespace + ""' },
        { key: 'c', valueExpression: '""' },
      ],
    },
    pods,
  ),
  validating(
    'the same annotation twice',
    {
      auditAnnotations: [
        { key: 'a', valueExpression: '"1"' },
        { key: 'a', valueExpression: '"2"' },
      ],
    },
    pods,
  ),
  validating(
    'an annotation without a key',
    { auditAnnotations: [{ key: '', valueExpression: '"1"' }] },
    pods,
  ),
  validating(
    'an annotation with an odd key',
    { auditAnnotations: [{ key: 'a/b c', valueExpression: '"1"' }] },
    pods,
  ),
  validating(
    'an annotation with a long key',
    { auditAnnotations: [{ key: 'k'.repeat(64), valueExpression: '"1"' }] },
    pods,
  ),
  validating(
    'an annotation by bindings',
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      auditAnnotations: [{ key: 'max', valueExpression: 'params.data.max' }],
    },
    pods,
    [
      { paramRef: { name: 'limits', namespace: production, parameterNotFoundAction: 'Deny' } },
      { paramRef: { name: 'limits', namespace: production, parameterNotFoundAction: 'Deny' } },
    ],
  ),
];

// oldObject, deletions, subresources, and what `request` tells of them.
import { type PolicyCase, check, on, validating } from '../case.ts';
import { core, createPod, deletePod, podBody, updatePod } from '../setting.ts';

const labels = { app: 'web', team: 'a' };
const update = [
  updatePod(labels, labels, 'nothing new'),
  updatePod(labels, { app: 'web', team: 'b' }, 'another team'),
  updatePod(labels, { app: 'web' }, 'no team'),
  createPod({ labels }, 'a new pod'),
];
const writes = on('pods', ['CREATE', 'UPDATE']);
const everything = on('pods', ['CREATE', 'UPDATE', 'DELETE']);
const deletion = [deletePod({ labels }), createPod({ labels }, 'a new pod')];
const changed = (name: string, expression: string): PolicyCase =>
  validating(name, { ...writes, ...check(expression) }, update);
const deleted = (name: string, expression: string): PolicyCase =>
  validating(name, { ...everything, ...check(expression) }, deletion);

const status: PolicyCase = validating(
  'a status',
  {
    ...on('pods/status', ['UPDATE']),
    ...check('object.status.phase != "Failed" && request.subResource == "status"', { message: 'no' }),
  },
  ['Failed', 'Running'].map((phase) => ({
    sentence: phase,
    method: 'PATCH',
    path: (mark) => `${core}/pods/${mark}/status?dryRun=All`,
    body: () => ({ status: { phase } }),
    stored: (mark) => [`${core}/pods`, podBody(mark, mark)],
  })),
);
const eviction: PolicyCase = {
  ...validating(
    'an eviction',
    {
      ...on('pods/eviction', ['CREATE']),
      ...check('object.kind != "Eviction" || request.kind.kind != "Eviction"', {
        messageExpression: '"no " + object.kind + " of " + request.name',
      }),
    },
    [
      {
        sentence: 'an eviction',
        method: 'POST',
        path: (mark) => `${core}/pods/${mark}/eviction?dryRun=All`,
        body: (mark) => ({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: mark } }),
        stored: (mark) => [`${core}/pods`, podBody(mark, mark)],
      },
    ],
  ),
  marked: 'name',
};
const binding: PolicyCase = {
  ...validating(
    'a binding to a node',
    { ...on('pods/binding', ['CREATE']), ...check('object.target.name != "node-1"') },
    [
      {
        sentence: 'a binding',
        method: 'POST',
        path: (mark) => `${core}/pods/${mark}/binding?dryRun=All`,
        body: (mark) => ({
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: mark },
          target: { kind: 'Node', name: 'node-1' },
        }),
        stored: (mark) => [`${core}/pods`, podBody(mark, mark)],
      },
    ],
  ),
  marked: 'name',
};
const ephemeral: PolicyCase = validating(
  'an ephemeral container',
  {
    ...on('pods/ephemeralcontainers', ['UPDATE']),
    ...check('object.spec.?ephemeralContainers.orValue([]).all(c, c.image.startsWith("registry.example/"))', {
      message: 'no',
    }),
  },
  ['registry.example/debug:1', 'elsewhere/debug:1'].map((image) => ({
    sentence: image,
    method: 'PATCH',
    contentType: 'application/strategic-merge-patch+json',
    path: (mark) => `${core}/pods/${mark}/ephemeralcontainers?dryRun=All`,
    body: () => ({ spec: { ephemeralContainers: [{ name: 'debug', image }] } }),
    stored: (mark) => [`${core}/pods`, podBody(mark, mark)],
  })),
);
const exec: PolicyCase = {
  ...validating(
    'an exec',
    {
      ...on('pods/exec', ['CONNECT']),
      ...check('object.command == ["ls"] || request.operation != "CONNECT"', {
        messageExpression:
          '"no " + object.command.join(" ") + ", " + string(object.stdin) + " " + object.kind',
      }),
    },
    [
      {
        sentence: 'sh',
        method: 'POST',
        path: (mark) => `${core}/pods/${mark}/exec?command=sh&command=-c&stdin=true&container=c0`,
        stored: (mark) => [`${core}/pods`, podBody(mark, mark)],
      },
    ],
  ),
  marked: 'name',
};

export const updates: readonly PolicyCase[] = [
  changed(
    'a team never changes',
    'oldObject == null || object.metadata.labels[?"team"] == oldObject.metadata.labels[?"team"]',
  ),
  changed('a team never changes, unguarded', 'object.metadata.labels.team == oldObject.metadata.labels.team'),
  changed('old and new are the same', 'oldObject == null || object.spec == oldObject.spec'),
  changed('by operation', 'request.operation == "CREATE" || object.metadata.labels.team == "a"'),
  changed('oldObject on creation', 'request.operation != "CREATE" || oldObject == null'),
  changed('has() of oldObject', 'request.operation == "CREATE" || has(oldObject.metadata.labels.team)'),
  changed(
    'an optional of oldObject',
    'oldObject.?metadata.?labels[?"team"].orValue("none") in ["a", "none"]',
  ),
  changed(
    'an optional of null',
    'optional.ofNonZeroValue(oldObject).hasValue() == (request.operation == "UPDATE")',
  ),
  changed(
    'labels only grow',
    'oldObject == null || oldObject.metadata.labels.all(k, k in object.metadata.labels)',
  ),
  changed(
    'the kind of options',
    'request.options.kind == (request.operation == "CREATE" ? "CreateOptions" : "UpdateOptions")',
  ),
  changed('dry run', 'request.dryRun && request.options.dryRun == ["All"]'),
  changed('the name of a request', 'request.name == object.metadata.name'),
  changed('a uid', 'request.operation == "CREATE" || object.metadata.uid == oldObject.metadata.uid'),
  changed(
    'a creation time',
    'timestamp(object.metadata.creationTimestamp) > timestamp("2020-01-01T00:00:00Z")',
  ),
  deleted('object is null on deletion', 'request.operation != "DELETE" || object == null'),
  deleted('oldObject on deletion', 'request.operation != "DELETE" || oldObject.metadata.labels.team == "b"'),
  deleted('object on deletion', 'object.metadata.labels.team == "a"'),
  deleted('has() of null', 'has(object.metadata)'),
  deleted('an optional of a deleted object', 'object.?metadata.hasValue()'),
  deleted(
    'the kind of options of a deletion',
    'request.operation != "DELETE" || request.options.kind == "DeleteOptions"',
  ),
  validating(
    'an update is selected by its old labels',
    {
      ...on('pods', ['UPDATE'], { objectSelector: { matchLabels: { team: 'a' } } }),
      ...check('false', { message: 'matched' }),
    },
    update,
  ),
  validating(
    'an update is selected by its new labels',
    {
      ...on('pods', ['UPDATE'], { objectSelector: { matchLabels: { team: 'b' } } }),
      ...check('false', { message: 'matched' }),
    },
    update,
  ),
  validating(
    'an update is selected by absence',
    {
      ...on('pods', ['UPDATE'], {
        objectSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] },
      }),
      ...check('false', { message: 'matched' }),
    },
    update,
  ),
  validating(
    'a deletion is selected by its labels',
    {
      ...on('pods', ['DELETE'], { objectSelector: { matchLabels: { team: 'a' } } }),
      ...check('false', { message: 'matched' }),
    },
    deletion,
  ),
  validating(
    'a creation is no update',
    { ...on('pods', ['UPDATE']), ...check('false', { message: 'matched' }) },
    update,
  ),
  status,
  eviction,
  binding,
  ephemeral,
  exec,
];

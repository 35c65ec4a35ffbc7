// Several mutations and policies after one another, reinvocation, and judging what was mutated.
import { type PolicyCase, apply, check, mutatingPart, mutating, patch, validatingPart } from '../case.ts';
import { containers, createPod } from '../setting.ts';

const pods = [createPod(), createPod({ spec: containers({}, { image: 'elsewhere/b:2' }) }, 'two containers')];
const label = (key: string, value: string): object =>
  apply(`Object{metadata: Object.metadata{labels: {"${key}": ${value}}}}`);
const several = (name: string, policies: PolicyCase['policies']): PolicyCase => ({
  name,
  policies,
  requests: pods,
});

export const sequences: readonly PolicyCase[] = [
  mutating(
    'two mutations',
    { mutations: [label('a', '"1"'), label('b', 'object.metadata.labels.a + "2"')] },
    pods,
  ),
  mutating(
    'a patch after an application',
    {
      mutations: [
        label('a', '"1"'),
        patch('[JSONPatch{op: "replace", path: "/metadata/labels/a", value: "2"}]'),
      ],
    },
    pods,
  ),
  mutating(
    'an application after a patch',
    {
      mutations: [
        patch('[JSONPatch{op: "add", path: "/metadata/annotations", value: {"x": "1"}}]'),
        apply('Object{metadata: Object.metadata{annotations: {"y": object.metadata.annotations.x}}}'),
      ],
    },
    pods,
  ),
  mutating(
    'an error between two mutations',
    { mutations: [label('a', '"1"'), label('b', 'object.spec.nothing'), label('c', '"3"')] },
    pods,
  ),
  mutating(
    'an error between two mutations, ignored',
    {
      failurePolicy: 'Ignore',
      mutations: [label('a', '"1"'), label('b', 'object.spec.nothing'), label('c', '"3"')],
    },
    pods,
  ),
  mutating(
    'a test that fails between two mutations',
    {
      mutations: [
        label('a', '"1"'),
        patch('[JSONPatch{op: "test", path: "/spec/dnsPolicy", value: "x"}]'),
        label('c', '"3"'),
      ],
    },
    pods,
  ),
  mutating(
    'IfNeeded that comes to rest',
    {
      reinvocationPolicy: 'IfNeeded',
      mutations: [
        apply(
          'has(object.metadata.labels.a) ? Object{} : Object{metadata: Object.metadata{labels: {"a": "1"}}}',
        ),
      ],
    },
    pods,
  ),
  mutating(
    'IfNeeded that sees itself',
    {
      reinvocationPolicy: 'IfNeeded',
      mutations: [
        apply(
          'Object{metadata: Object.metadata{labels: {"n": has(object.metadata.labels.n) ? object.metadata.labels.n + "x" : "x"}}}',
        ),
      ],
    },
    pods,
  ),
  mutating(
    'Never that would see itself',
    {
      mutations: [
        apply(
          'Object{metadata: Object.metadata{labels: {"n": has(object.metadata.labels.n) ? object.metadata.labels.n + "x" : "x"}}}',
        ),
      ],
    },
    pods,
  ),
  mutating(
    'IfNeeded of a patch that repeats',
    {
      reinvocationPolicy: 'IfNeeded',
      mutations: [
        patch(
          '[JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.containers{name: "n" + string(object.spec.containers.size()), image: "n"}}]',
        ),
      ],
    },
    pods,
  ),
  several('two policies that do not meet', [
    mutatingPart({ mutations: [label('a', '"1"')] }),
    mutatingPart({ mutations: [label('b', '"2"')] }),
  ]),
  several('two policies that both see the other, at last', [
    mutatingPart({
      reinvocationPolicy: 'IfNeeded',
      mutations: [
        apply(
          'has(object.metadata.labels.b) ? Object{metadata: Object.metadata{labels: {"a": "1", "ab": "1"}}} : Object{metadata: Object.metadata{labels: {"a": "1"}}}',
        ),
      ],
    }),
    mutatingPart({
      reinvocationPolicy: 'IfNeeded',
      mutations: [
        apply(
          'has(object.metadata.labels.a) ? Object{metadata: Object.metadata{labels: {"b": "1", "ba": "1"}}} : Object{metadata: Object.metadata{labels: {"b": "1"}}}',
        ),
      ],
    }),
  ]),
  several('a sidecar, and limits for everything', [
    mutatingPart({
      mutations: [
        apply(
          'Object{spec: Object.spec{containers: [Object.spec.containers{name: "side", image: "registry.example/s:1"}]}}',
        ),
      ],
    }),
    mutatingPart({
      reinvocationPolicy: 'IfNeeded',
      mutations: [
        apply(
          'Object{spec: Object.spec{containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, resources: Object.spec.containers.resources{limits: {"cpu": "1"}}})}}',
        ),
      ],
    }),
  ]),
  several('what is mutated is judged', [
    mutatingPart({ mutations: [label('team', '"a"')] }),
    validatingPart(check('has(object.metadata.labels.team)', { message: 'no team' })),
  ]),
  several('what is mutated is denied', [
    mutatingPart({ mutations: [apply('Object{spec: Object.spec{hostNetwork: true}}')] }),
    validatingPart(check('!object.spec.?hostNetwork.orValue(false)', { message: 'no' })),
  ]),
  several('a sidecar from elsewhere is denied', [
    mutatingPart({
      mutations: [
        patch(
          '[JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.containers{name: "z", image: "elsewhere/z"}}]',
        ),
      ],
    }),
    validatingPart(
      check('object.spec.containers.all(c, c.image.startsWith("registry.example/"))', { message: 'no' }),
    ),
  ]),
  several('a warning about what is mutated', [
    mutatingPart({ mutations: [label('n', 'string(object.spec.containers.size())')] }),
    validatingPart(
      check('object.metadata.labels.n == "1"', { messageExpression: '"has " + object.metadata.labels.n' }),
      [{ validationActions: ['Warn'] }],
    ),
  ]),
  several('two that deny', [
    validatingPart(check('false', { message: 'a' })),
    validatingPart(check('false', { message: 'b' })),
  ]),
  several('one that denies beside one that fails', [
    validatingPart(check('false', { message: 'a' })),
    validatingPart({ failurePolicy: 'Ignore', ...check('object.spec.nothing == 1') }),
  ]),
  several('one that warns beside one that denies', [
    validatingPart(check('false', { message: 'a' }), [{ validationActions: ['Warn'] }]),
    validatingPart(check('object.spec.containers.size() > 1', { message: 'b' })),
  ]),
];

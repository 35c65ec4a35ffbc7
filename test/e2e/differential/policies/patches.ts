// JSONPatch: the six operations, their paths, and their errors.
import { type PolicyCase, mutating, on, patch } from '../case.ts';
import { containers, createDeployment, createPod, createQuota } from '../setting.ts';

const pods = [
  createPod(),
  createPod({ labels: { app: 'web', 'a/b': 'c' }, annotations: { note: 'x' } }, 'labelled'),
  createPod(
    { spec: containers({ args: ['x', 'y'], env: [{ name: 'A', value: '1' }] }, {}) },
    'two containers',
  ),
];
const patched = (name: string, expression: string, more: object = {}): PolicyCase =>
  mutating(name, { ...more, mutations: [patch(expression)] }, pods);
const one = (name: string, fields: string): PolicyCase => patched(name, `[JSONPatch{${fields}}]`);

export const patches: readonly PolicyCase[] = [
  patched('no operation', '[]'),
  one('add a label', 'op: "add", path: "/metadata/labels/x", value: "y"'),
  one('add annotations', 'op: "add", path: "/metadata/annotations", value: {"a": "b"}'),
  one('add below what is absent', 'op: "add", path: "/metadata/annotations/a", value: "b"'),
  one(
    'add with an escaped key',
    'op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("b/c"), value: "d"',
  ),
  one('add with a key that is escaped by hand', 'op: "add", path: "/metadata/labels/b~1c", value: "d"'),
  one(
    'add to the end of a list',
    'op: "add", path: "/spec/containers/-", value: Object.spec.containers{name: "z", image: "z"}',
  ),
  one(
    'add to the start of a list',
    'op: "add", path: "/spec/containers/0", value: Object.spec.containers{name: "a", image: "a"}',
  ),
  one(
    'add at the length of a list',
    'op: "add", path: "/spec/containers/" + string(object.spec.containers.size()), value: Object.spec.containers{name: "z", image: "z"}',
  ),
  one(
    'add beyond a list',
    'op: "add", path: "/spec/containers/9", value: Object.spec.containers{name: "z", image: "z"}',
  ),
  one(
    'add at -1',
    'op: "add", path: "/spec/containers/-1", value: Object.spec.containers{name: "z", image: "z"}',
  ),
  one(
    'add at a word',
    'op: "add", path: "/spec/containers/x", value: Object.spec.containers{name: "z", image: "z"}',
  ),
  one(
    'add with a leading zero',
    'op: "add", path: "/spec/containers/00", value: Object.spec.containers{name: "z", image: "z"}',
  ),
  one(
    'add a map as a container',
    'op: "add", path: "/spec/containers/-", value: {"name": "z", "image": "z"}',
  ),
  one('add arguments', 'op: "add", path: "/spec/containers/0/args", value: ["q"]'),
  one('add an int', 'op: "add", path: "/spec/terminationGracePeriodSeconds", value: 5'),
  one('add a whole double', 'op: "add", path: "/spec/terminationGracePeriodSeconds", value: 5.0'),
  one('add a fraction', 'op: "add", path: "/spec/terminationGracePeriodSeconds", value: 5.5'),
  one('add a text for a number', 'op: "add", path: "/spec/terminationGracePeriodSeconds", value: "5"'),
  one('add a uint', 'op: "add", path: "/spec/terminationGracePeriodSeconds", value: 5u'),
  one('add a null', 'op: "add", path: "/spec/hostname", value: null'),
  one('add nothing', 'op: "add", path: "/spec/hostname"'),
  one('add an unknown field', 'op: "add", path: "/spec/nothing", value: 1'),
  one('add at no path', 'op: "add", path: "", value: {}'),
  one('add without a slash', 'op: "add", path: "metadata/labels/x", value: "y"'),
  one('add a duration', 'op: "add", path: "/metadata/annotations", value: {"d": string(duration("90m"))}'),
  one(
    'add a timestamp',
    'op: "add", path: "/metadata/annotations", value: {"t": timestamp("2024-01-02T03:04:05Z")}',
  ),
  one('add bytes', 'op: "add", path: "/metadata/annotations", value: {"b": b"abc"}'),
  one('add an int for a text', 'op: "add", path: "/metadata/annotations", value: {"n": 1}'),
  one('add a map with number keys', 'op: "add", path: "/metadata/annotations", value: {1: "a"}'),
  one('add a quantity', 'op: "add", path: "/metadata/annotations", value: {"q": quantity("1Gi")}'),
  one('add an optional', 'op: "add", path: "/spec/hostname", value: optional.of("h")'),
  one('add an unknown field of a container', 'op: "add", path: "/spec/containers/0/nothing", value: 1'),
  one('add a wrong toleration', 'op: "add", path: "/spec/tolerations/0", value: {"nothing": "x"}'),
  one('test below what is absent', 'op: "test", path: "/spec/nothing/x", value: 1'),
  one('test beyond a list', 'op: "test", path: "/spec/containers/7", value: 1'),
  one('test without a value', 'op: "test", path: "/spec/nothing"'),
  one('replace an image', 'op: "replace", path: "/spec/containers/0/image", value: "b"'),
  one('replace what is absent', 'op: "replace", path: "/spec/hostname", value: "h"'),
  one('replace below what is absent', 'op: "replace", path: "/metadata/nothing/x", value: "h"'),
  one('replace beyond a list', 'op: "replace", path: "/spec/containers/9", value: {}'),
  one(
    'replace the last by -',
    'op: "replace", path: "/spec/containers/-", value: Object.spec.containers{name: "z", image: "z"}',
  ),
  mutating(
    'a list of Objects as a value',
    {
      mutations: [
        patch(
          '[JSONPatch{op: "replace", path: "/spec/containers", value: object.spec.containers.map(c, Object.spec.containers{name: c.name, image: c.image})}]',
        ),
      ],
    },
    [createPod()],
  ),
  one(
    'replace labels',
    'op: "replace", path: "/metadata/labels", value: {"case": object.metadata.labels.case, "only": "this"}',
  ),
  one('remove a label', 'op: "remove", path: "/metadata/labels/app"'),
  one('remove an escaped label', 'op: "remove", path: "/metadata/labels/a~1b"'),
  one('remove what is absent', 'op: "remove", path: "/spec/nothing"'),
  one('remove a container', 'op: "remove", path: "/spec/containers/0"'),
  one('remove beyond a list', 'op: "remove", path: "/spec/containers/1"'),
  one('remove -', 'op: "remove", path: "/spec/containers/-"'),
  one('remove what the API requires', 'op: "remove", path: "/spec/containers"'),
  patched(
    'a test that holds',
    '[JSONPatch{op: "test", path: "/spec/dnsPolicy", value: "ClusterFirst"}, JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}]',
  ),
  patched(
    'a test that does not hold',
    '[JSONPatch{op: "test", path: "/spec/dnsPolicy", value: "Default"}, JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}]',
  ),
  patched(
    'a test after a change',
    '[JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}, JSONPatch{op: "test", path: "/spec/dnsPolicy", value: "Default"}]',
  ),
  patched(
    'a test of what is absent',
    '[JSONPatch{op: "test", path: "/spec/nothing", value: 1}, JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}]',
  ),
  patched(
    'a test of null',
    '[JSONPatch{op: "test", path: "/spec/nothing", value: null}, JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}]',
  ),
  patched(
    'a test of a list',
    '[JSONPatch{op: "test", path: "/spec/containers/0/args", value: ["x", "y"]}, JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}]',
  ),
  patched(
    'a test of a number',
    '[JSONPatch{op: "test", path: "/spec/terminationGracePeriodSeconds", value: 30}, JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}]',
  ),
  patched(
    'a test of a number as a double',
    '[JSONPatch{op: "test", path: "/spec/terminationGracePeriodSeconds", value: 30.0}, JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}]',
  ),
  one('copy a name', 'op: "copy", from: "/spec/containers/0/name", path: "/spec/hostname"'),
  one('copy what is absent', 'op: "copy", from: "/spec/nothing", path: "/spec/hostname"'),
  one('copy labels', 'op: "copy", from: "/metadata/labels", path: "/metadata/annotations"'),
  one('copy a container', 'op: "copy", from: "/spec/containers/0", path: "/spec/containers/-"'),
  one('move a label', 'op: "move", from: "/metadata/labels/app", path: "/metadata/labels/moved"'),
  one('move what is absent', 'op: "move", from: "/spec/nothing", path: "/spec/hostname"'),
  one('move a container', 'op: "move", from: "/spec/containers/1", path: "/spec/containers/0"'),
  one('move onto itself', 'op: "move", from: "/spec/dnsPolicy", path: "/spec/dnsPolicy"'),
  one('another operation', 'op: "merge", path: "/spec", value: {}'),
  one('no operation named', 'path: "/spec/hostname", value: "h"'),
  one('no path', 'op: "add", value: "h"'),
  patched(
    'an operation by a ternary',
    'has(object.metadata.annotations) ? [JSONPatch{op: "add", path: "/metadata/annotations/x", value: "y"}] : [JSONPatch{op: "add", path: "/metadata/annotations", value: {"x": "y"}}]',
  ),
  patched(
    'operations by map',
    'object.spec.containers.map(c, JSONPatch{op: "add", path: "/metadata/labels/" + c.name, value: c.image.split(":")[1]})',
  ),
  patched(
    'operations by two-variable map',
    'object.spec.containers.transformList(i, c, JSONPatch{op: "replace", path: "/spec/containers/" + string(i) + "/image", value: "mirror/" + c.name})',
  ),
  patched(
    'operations concatenated',
    '[JSONPatch{op: "add", path: "/spec/hostname", value: "h"}] + [JSONPatch{op: "add", path: "/spec/subdomain", value: "s"}]',
  ),
  patched(
    'an optional operation',
    '[?optional.of(JSONPatch{op: "add", path: "/spec/hostname", value: "h"})]',
  ),
  patched(
    'an operation that fails in the middle',
    '[JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}, JSONPatch{op: "remove", path: "/spec/nothing"}]',
  ),
  patched(
    'an ignored error',
    '[JSONPatch{op: "add", path: "/metadata/labels/x", value: "y"}, JSONPatch{op: "remove", path: "/spec/nothing"}]',
    { failurePolicy: 'Ignore' },
  ),
  patched(
    'an error in a value',
    '[JSONPatch{op: "add", path: "/spec/hostname", value: object.spec.nothing}]',
  ),
  patched('not a list', 'JSONPatch{op: "add", path: "/spec/hostname", value: "h"}'),
  patched('a list of maps', '[{"op": "add", "path": "/spec/hostname", "value": "h"}]'),
  patched('an unknown field of a patch', '[JSONPatch{operation: "add", path: "/spec/hostname"}]'),
  patched('a path that is no text', '[JSONPatch{op: "add", path: 1, value: "h"}]'),
  patched(
    'escapeKey of both',
    '[JSONPatch{op: "add", path: "/metadata/annotations", value: {"k": jsonpatch.escapeKey("a~b/c~1")}}]',
  ),
  patched(
    'a misplaced type in a value',
    '[JSONPatch{op: "add", path: "/spec/containers/-", value: Object.spec.initContainers{name: "z", image: "z"}}]',
  ),
  patched(
    'an Object as a value',
    '[JSONPatch{op: "add", path: "/spec/securityContext", value: Object.spec.securityContext{runAsUser: 5}}]',
  ),
  mutating(
    'an unknown field of a Deployment',
    {
      ...on('apps deployments', ['CREATE']),
      mutations: [patch('[JSONPatch{op: "add", path: "/spec/nothing", value: 1}]')],
    },
    [createDeployment()],
  ),
  mutating(
    'a custom resource, patched',
    {
      ...on('bulkhead.test quotas', ['CREATE']),
      mutations: [
        patch(
          '[JSONPatch{op: "add", path: "/spec/list/-", value: "x"}, JSONPatch{op: "replace", path: "/spec/n", value: 1.5}, JSONPatch{op: "test", path: "/spec/deep", value: {"a": [1, 2]}}]',
        ),
      ],
    },
    [
      createQuota({ list: ['a'], n: 1, deep: { a: [1, 2] } }),
      createQuota({ list: ['a'], n: 1, deep: { a: [2, 1] } }),
    ],
  ),
];

// Other kinds than pods: what their objects look like to an expression.
import { type PolicyCase, check, on, validating } from '../case.ts';
import {
  createConfigMap,
  createDeployment,
  createNamespace,
  createNetworkPolicy,
  createQuota,
  createService,
} from '../setting.ts';

const quotas = [
  createQuota({ a: 1, b: 1.0, c: 1.5, d: 'x', e: null, f: [], g: {}, h: [1, 'x', null], i: -1, j: 0 }),
  createQuota({ a: 9007199254740991, b: -9007199254740991, c: 1e21, d: 0.1, e: 1e300 }),
  createQuota({ a: '2', 'with.dots/x': 'y', __proto: 1, constructor: 'c', ü: 'é', in: 1, '': 2 }),
];
const quota = (name: string, expression: string): PolicyCase =>
  validating(name, { ...on('bulkhead.test quotas', ['CREATE']), ...check(expression) }, quotas);
const networkPolicies = [
  createNetworkPolicy({ podSelector: {}, policyTypes: ['Ingress'] }),
  createNetworkPolicy({
    podSelector: { matchLabels: { app: 'web' } },
    ingress: [
      {
        from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }, { namespaceSelector: {} }],
        ports: [{ port: 80 }, { port: 'http', protocol: 'UDP' }, { port: 8000, endPort: 8080 }],
      },
    ],
    egress: [{}],
  }),
];
const networkPolicy = (name: string, expression: string): PolicyCase =>
  validating(
    name,
    { ...on('networking.k8s.io networkpolicies', ['CREATE']), ...check(expression) },
    networkPolicies,
  );
const namespace = (name: string, expression: string): PolicyCase =>
  validating(name, { ...on('namespaces', ['CREATE']), ...check(expression) }, [
    createNamespace({ env: 'prod' }, { owner: 'ana' }),
    createNamespace({}),
  ]);

export const kinds: readonly PolicyCase[] = [
  quota('whole numbers are ints', 'type(object.spec.a) == int'),
  quota('a whole double is an int', 'type(object.spec.b) == int'),
  quota('a fraction is a double', 'type(object.spec.c) == double'),
  quota('a large whole double', 'object.spec.c > 1'),
  quota('sums of ints and doubles', 'object.spec.a + object.spec.c > 2'),
  quota('comparison across types', 'object.spec.a < object.spec.c && object.spec.a < 1.25'),
  quota('equality across types', 'object.spec.a == 1.0 && object.spec.b == 1u'),
  quota('a text is not a number', 'object.spec.a == "2"'),
  quota('null is there', 'has(object.spec.e) && object.spec.e == null'),
  quota('null in a list', 'null in object.spec.h'),
  quota('null is no text', 'object.spec.e == "x"'),
  quota('null of an optional', 'object.spec.?e.hasValue()'),
  quota(
    'empty lists and maps',
    'size(object.spec.f) == 0 && size(object.spec.g) == 0 && object.spec.f == [] && object.spec.g == {}',
  ),
  quota('a mixed list', 'object.spec.h == [1, dyn("x"), dyn(null)]'),
  quota('a mixed list of dyn', 'object.spec.h == dyn([dyn(1), dyn("x"), dyn(null)])'),
  quota('the last of a list', 'object.spec.h[size(object.spec.h) - 1] == null'),
  quota('a key with dots', 'object.spec["with.dots/x"] == "y"'),
  quota('a key that is empty', 'object.spec[""] == 2'),
  quota('a key beyond ASCII', 'object.spec["ü"] == "é"'),
  quota('a key named as a function', '"constructor" in object.spec && object.spec.constructor == "c"'),
  quota(
    'a key that every object would have',
    'has(object.spec.toString) || "hasOwnProperty" in object.spec || "__proto__" in object.spec',
  ),
  quota('a reserved word as a field', 'object.spec["in"] == 1'),
  quota('a key of escapes', 'object.spec.__in__ == 1'),
  quota('the largest safe int', 'object.spec.a == 9007199254740991 && object.spec.b + object.spec.a == 0'),
  quota(
    'beyond the largest safe int',
    'object.spec.a + 1 == 9007199254740992 && object.spec.a + 2 == 9007199254740993',
  ),
  quota('a fraction in text', 'string(object.spec.d) == "0.1"'),
  quota('a large double in text', 'string(object.spec.e) == "1e+300"'),
  quota('keys are sorted', 'object.spec.map(k, k).sort()[0] == "a"'),
  quota(
    'metadata of a custom resource',
    'object.apiVersion == "bulkhead.test/v1" && object.kind == "Quota" && has(object.metadata.name)',
  ),
  quota('no status', '!has(object.status)'),
  networkPolicy(
    'no ingress from everywhere',
    '!has(object.spec.ingress) || object.spec.ingress.all(r, has(r.from))',
  ),
  networkPolicy('types are defaulted', '"Ingress" in object.spec.policyTypes'),
  networkPolicy('egress is named', '"Egress" in object.spec.policyTypes'),
  networkPolicy(
    'blocks inside',
    'object.spec.?ingress.orValue([]).all(r, r.?from.orValue([]).all(f, !has(f.ipBlock) || cidr("10.0.0.0/8").containsCIDR(f.ipBlock.cidr)))',
  ),
  networkPolicy(
    'exceptions inside',
    'object.spec.?ingress.orValue([]).all(r, r.?from.orValue([]).all(f, f.?ipBlock.?except.orValue([]).all(e, cidr(f.ipBlock.cidr).containsCIDR(e))))',
  ),
  networkPolicy(
    'ports that are numbers',
    'object.spec.?ingress.orValue([]).all(r, r.?ports.orValue([]).all(p, type(p.port) == int))',
  ),
  networkPolicy(
    'ports are of TCP',
    'object.spec.?ingress.orValue([]).all(r, r.?ports.orValue([]).all(p, p.protocol == "TCP"))',
  ),
  networkPolicy(
    'port ranges',
    'object.spec.?ingress.orValue([]).all(r, r.?ports.orValue([]).all(p, !has(p.endPort) || p.endPort - p.port <= 50))',
  ),
  networkPolicy('an empty selector', 'object.spec.podSelector == {}'),
  networkPolicy('an empty rule', 'object.spec.?egress.orValue([]).all(r, r != {})'),
  namespace('namespaceObject of a Namespace is null', 'namespaceObject == null'),
  namespace('request.namespace of a Namespace', 'request.namespace == object.metadata.name'),
  namespace('labels of a Namespace', 'object.metadata.labels.env == "prod"'),
  namespace(
    'the name label of a Namespace',
    'object.metadata.labels["kubernetes.io/metadata.name"] == object.metadata.name',
  ),
  namespace('finalizers of a Namespace', 'object.spec.finalizers == ["kubernetes"]'),
  namespace('phase of a Namespace', 'object.status.phase == "Active"'),
  validating(
    'a ConfigMap',
    {
      ...on('configmaps', ['CREATE']),
      ...check('object.data.all(k, v, size(v) < 4) && !has(object.binaryData)'),
    },
    [createConfigMap({ a: 'b', c: 'äöü🚫' }), createConfigMap({ a: 'longer' }), createConfigMap({})],
  ),
  validating(
    'a Service',
    {
      ...on('services', ['CREATE']),
      ...check('object.spec.ports.all(p, p.targetPort == p.port) && object.spec.type == "ClusterIP"'),
    },
    [
      createService({ ports: [{ port: 80 }] }),
      createService({ ports: [{ port: 80, targetPort: 'http' }] }),
      createService({ type: 'ExternalName', externalName: 'example.com' }),
    ],
  ),
  validating(
    'a Deployment',
    {
      ...on('apps deployments', ['CREATE']),
      ...check(
        'object.spec.replicas <= 5 && object.spec.template.spec.containers.all(c, has(c.image)) && object.spec.strategy.rollingUpdate.maxSurge == "25%"',
      ),
    },
    [
      createDeployment(),
      createDeployment({ replicas: 7 }),
      createDeployment({ strategy: { rollingUpdate: { maxSurge: 1 } } }),
    ],
  ),
];

// What an API server should send for the chart's registration: one request a row, and the entries that it goes to.
import { binding, labelled, annotated, pod, pods, policies, policy } from './objects.ts';

/** A sentence, the request, and `door:entry operation resource object` of every call that it makes. */
export type SentCase = readonly [
  sentence: string,
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown,
  calls: readonly string[],
];

const guarded = 'cni.projectcalico.org/ipAddrs';

/** In order: later rows build on what earlier ones stored. */
export const sentCases: readonly SentCase[] = [
  [
    'a pod in a guarded namespace',
    'POST',
    pods('chart-tenant'),
    pod('new'),
    ['mutate:tenants CREATE pods chart-tenant/new', 'validate:tenants CREATE pods chart-tenant/new'],
  ],
  ['a pod elsewhere', 'POST', pods('chart-plain'), pod('new'), []],
  [
    'a pod elsewhere with a protected label',
    'POST',
    pods('chart-plain'),
    pod('exposed', { labels: { exposure: 'public' } }),
    ['validate:elsewhere CREATE pods chart-plain/exposed'],
  ],
  [
    'a pod elsewhere with a stamped label',
    'POST',
    pods('chart-plain'),
    pod('stamped', { labels: { 'chart.example/tenant': 'a' } }),
    ['validate:elsewhere CREATE pods chart-plain/stamped'],
  ],
  [
    'a pod in an exempt namespace',
    'POST',
    pods('chart-exempt'),
    pod('exposed', { labels: { exposure: 'x' } }),
    [],
  ],
  [
    'a status that says how it goes',
    'PATCH',
    `${pods('chart-tenant')}/status/status`,
    { status: { message: 'm' } },
    [],
  ],
  ['a status with a free label', 'PATCH', `${pods('chart-tenant')}/status/status`, labelled('free'), []],
  [
    'a status with a free annotation',
    'PATCH',
    `${pods('chart-tenant')}/status/status`,
    annotated('free'),
    [],
  ],
  [
    'a status with a protected label',
    'PATCH',
    `${pods('chart-tenant')}/status/status`,
    labelled('exposure'),
    [
      'validate:elsewhere UPDATE pods/status chart-tenant/status',
      'validate:tenants UPDATE pods/status chart-tenant/status',
    ],
  ],
  [
    'a status that takes the label away',
    'PATCH',
    `${pods('chart-tenant')}/status/status`,
    { metadata: { labels: null } },
    [
      'validate:elsewhere UPDATE pods/status chart-tenant/status',
      'validate:tenants UPDATE pods/status chart-tenant/status',
    ],
  ],
  ...[guarded, 'ipam.antrea.io/pod-ips', 'example.com/address'].map((key): SentCase => [
    `a status with the annotation ${key}`,
    'PATCH',
    `${pods('chart-tenant')}/status/status`,
    annotated(key),
    ['validate:tenants UPDATE pods/status chart-tenant/status'],
  ]),
  [
    'a status that takes a guarded annotation away',
    'PATCH',
    `${pods('chart-tenant')}/status/status`,
    { metadata: { annotations: { [guarded]: null } } },
    [],
  ],
  [
    'a status of a pod with very many annotations',
    'PATCH',
    `${pods('chart-tenant')}/status/status`,
    {
      metadata: {
        annotations: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`free-${n}`, 'x'])),
      },
    },
    ['validate:tenants UPDATE pods/status chart-tenant/status'],
  ],
  [
    'the spec of a pod',
    'PATCH',
    `${pods('chart-tenant')}/bound`,
    { spec: { activeDeadlineSeconds: 600 } },
    ['validate:tenants UPDATE pods chart-tenant/bound'],
  ],
  [
    'a finalizer of a pod',
    'PATCH',
    `${pods('chart-tenant')}/bound`,
    { metadata: { finalizers: ['a.example/b'] } },
    [],
  ],
  [
    'the finalizer taken away',
    'PATCH',
    `${pods('chart-tenant')}/bound`,
    { metadata: { finalizers: null } },
    [],
  ],
  ['a plain binding', 'POST', `${pods('chart-tenant')}/bound/binding`, binding('bound'), []],
  [
    'a binding with a guarded annotation',
    'POST',
    `${pods('chart-tenant')}/bound-too/binding`,
    binding('bound-too', { annotations: { [guarded]: 'x' } }),
    ['validate:tenants CREATE pods/binding chart-tenant/bound-too'],
  ],
  [
    'a binding of the older resource with a protected label',
    'POST',
    '/api/v1/namespaces/chart-plain/bindings',
    binding('bound', { labels: { exposure: 'x' } }),
    ['validate:elsewhere CREATE bindings chart-plain/bound'],
  ],
  [
    'a policy in a guarded namespace',
    'POST',
    policies('chart-tenant'),
    policy('one'),
    [
      'mutate:tenants CREATE networkpolicies chart-tenant/one',
      'validate:tenants CREATE networkpolicies chart-tenant/one',
    ],
  ],
  ['a policy deleted', 'DELETE', `${policies('chart-tenant')}/one`, undefined, []],
  ['a policy elsewhere', 'POST', policies('chart-plain'), policy('one'), []],
  [
    'the floor elsewhere',
    'POST',
    policies('chart-plain'),
    policy('bulkhead-floor'),
    ['validate:elsewhere CREATE networkpolicies chart-plain/bulkhead-floor'],
  ],
  [
    'every policy elsewhere is deleted: the floor is asked for',
    'DELETE',
    policies('chart-plain'),
    undefined,
    ['validate:elsewhere DELETE networkpolicies chart-plain'],
  ],
  [
    'a label of an exempt namespace',
    'PATCH',
    '/api/v1/namespaces/chart-exempt',
    labelled('any'),
    ['validate:namespaces UPDATE namespaces chart-exempt/chart-exempt'],
  ],
  [
    'a label of a namespace through its status',
    'PATCH',
    '/api/v1/namespaces/chart-plain/status',
    labelled('any'),
    ['validate:namespaces UPDATE namespaces/status chart-plain/chart-plain'],
  ],
  [
    'an annotation of a namespace',
    'PATCH',
    '/api/v1/namespaces/chart-plain',
    annotated('cni.projectcalico.org/ipv4pools'),
    ['validate:namespaces UPDATE namespaces chart-plain/chart-plain'],
  ],
  [
    'a status of a namespace that says how it goes',
    'PATCH',
    '/api/v1/namespaces/chart-plain/status',
    { status: { conditions: [{ type: 'Seen', status: 'True', reason: 'r', message: 'm' }] } },
    [],
  ],
  [
    'a new namespace',
    'POST',
    '/api/v1/namespaces',
    { metadata: { name: 'chart-new' } },
    [
      'mutate:namespaces CREATE namespaces chart-new/chart-new',
      'validate:namespaces CREATE namespaces chart-new/chart-new',
    ],
  ],
];

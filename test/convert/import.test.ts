/** Policies of other tools as Boundaries: they load, they mean what the policies meant, and what is lost is told. */
import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { importers } from '../../src/convert/importers.ts';
import type { ImportedFrom } from '../../src/convert/importers.ts';
import { ownAt } from '../../src/k8s/json.ts';
import { documents, object, send, worldOf } from '../admission/scenario.ts';

const convert = (tool: ImportedFrom, text: string) => importers[tool](documents(text));

/** The Boundaries, loaded as rules; a mistake fails the test. */
const loaded = (tool: ImportedFrom, text: string, namespaces: string) => {
  const made = convert(tool, text).documents;
  return worldOf(made.map((one) => `---\n${stringify(one)}`).join(''), namespaces);
};

const kyverno = (generate: string, more = ''): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: add-networkpolicy}
spec:
  rules:
  - name: default-deny
    match: {any: [{resources: {kinds: [Namespace], selector: {matchLabels: {team: "*"}}}}]}
${more}
    generate: ${generate}
`;

const denyAll =
  '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, name: default-deny, namespace: "{{request.object.metadata.name}}", synchronize: true, data: {spec: SPEC}}';
const generating = (spec: string, more = ''): string => kyverno(denyAll.replace('SPEC', spec), more);

const namespaces = `
{apiVersion: v1, kind: Namespace, metadata: {name: one, labels: {team: a}}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: other, labels: {team: b}}}
`;

describe('Kyverno', () => {
  test('a generated default-deny policy becomes floor and limit', () => {
    const dns =
      '{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}], ports: [{protocol: UDP, port: 53}]}';
    const { documents: made, left } = convert(
      'kyverno',
      generating(`{podSelector: {}, policyTypes: [Ingress, Egress], egress: [${dns}]}`),
    );
    expect(made).toMatchObject([
      {
        kind: 'Boundary',
        metadata: { name: 'add-networkpolicy-0' },
        spec: {
          namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] },
          floor: { mode: 'Create', allowDNS: false, allow: { egress: [{ ports: [{ port: 53 }] }] } },
          ingress: [],
          egress: [{ ports: [{ protocol: 'UDP', port: 53 }] }],
          onExcess: 'Audit',
        },
      },
    ]);
    expect(left).toEqual([
      {
        converted: true,
        what: 'ClusterPolicy add-networkpolicy, rule default-deny',
        reason: expect.stringContaining('only audited'),
      },
    ]);
  });

  test('refuses nothing that was allowed before', () => {
    const world = loaded(
      'kyverno',
      generating('{podSelector: {}, policyTypes: [Ingress, Egress]}'),
      namespaces,
    );
    const open = object(
      '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: one}, spec: {podSelector: {}, egress: [{}], ingress: [{}]}}',
    );
    const { allowed, violations } = send(open, world).decision;
    expect(allowed).toBe(true);
    expect(violations.map(({ code, action }) => `${code} ${action}`).sort()).toEqual([
      'boundary.egress Audit',
      'boundary.ingress Audit',
    ]);
  });

  test('a direction that is not isolated has no limit', () => {
    const { documents: made } = convert('kyverno', generating('{podSelector: {}, policyTypes: [Ingress]}'));
    expect(ownAt(made[0]?.spec, 'ingress')).toEqual([]);
    expect(made[0]?.spec).not.toHaveProperty('egress');
  });

  test('labels of the namespace itself become sameLabels, its name its own pods', () => {
    const spec = `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: "{{request.object.metadata.labels.team}}"}}}, {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "{{request.object.metadata.name}}"}}}]}]}`;
    const { documents: made } = convert('kyverno', generating(spec));
    expect(ownAt(made[0]?.spec, 'ingress')).toEqual([
      { from: [{ sameLabels: ['team'] }, { podSelector: {} }] },
    ]);
  });

  test('a cloned policy is read where it is at hand', () => {
    const clone =
      '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, name: d, synchronize: true, clone: {namespace: templates, name: deny}}';
    const source =
      '---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: templates}, spec: {podSelector: {}, policyTypes: [Egress]}}';
    expect(convert('kyverno', kyverno(clone) + source).documents).toHaveLength(1);
    expect(convert('kyverno', kyverno(clone)).left).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('templates/deny') }),
    ]);
  });

  test.each([
    [
      'excluded namespaces are kept out',
      '    exclude: {any: [{resources: {names: [kube-system, legacy]}}]}',
      [
        { key: 'team', operator: 'Exists' },
        { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', 'legacy'] },
      ],
    ],
    [
      'an excluded label is kept out',
      '    exclude: {any: [{resources: {selector: {matchLabels: {old: "yes"}}}}]}',
      [
        { key: 'team', operator: 'Exists' },
        { key: 'old', operator: 'NotIn', values: ['yes'] },
      ],
    ],
    [
      'what is excluded of another kind keeps no namespace out',
      '    exclude: {any: [{resources: {kinds: [Pod], names: [legacy]}}, {resources: {kinds: [Namespace], names: [old]}}]}',
      [
        { key: 'team', operator: 'Exists' },
        { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['old'] },
      ],
    ],
  ])('%s', (_sentence, exclude, expected) => {
    const { documents: made } = convert('kyverno', generating('{podSelector: {}}', exclude));
    expect(ownAt(made[0]?.spec, 'namespaceSelector', 'matchExpressions')).toEqual(expected);
  });

  test.each([
    [
      'preconditions',
      generating('{podSelector: {}}', '    preconditions: {all: []}'),
      'preconditions cannot be converted',
    ],
    [
      'another kind',
      kyverno('{kind: ResourceQuota, name: q, data: {spec: {}}}'),
      'does not generate NetworkPolicies',
    ],
    [
      'an exclusion that asks two things',
      generating(
        '{podSelector: {}}',
        '    exclude: {any: [{resources: {names: [a], selector: {matchLabels: {b: c}}}}]}',
      ),
      'several things',
    ],
    [
      'an exclusion of who asks',
      generating(
        '{podSelector: {}}',
        '    exclude: {any: [{clusterRoles: [cluster-admin], resources: {selector: {matchLabels: {b: c}}}}]}',
      ),
      'something else than resources',
    ],
    [
      'an exclusion of every kind',
      generating('{podSelector: {}}', '    exclude: {any: [{resources: {kinds: ["*"], names: [legacy]}}]}'),
      'exactly',
    ],
    [
      'names with wildcards',
      generating('{podSelector: {}}').replace(
        'kinds: [Namespace],',
        'kinds: [Namespace], names: ["team-*"],',
      ),
      'wildcards',
    ],
    ['other variables', generating('{podSelector: {matchLabels: {a: "{{ b }}"}}}'), 'variables'],
    [
      'no Namespace',
      generating('{podSelector: {}}').replace('kinds: [Namespace]', 'kinds: [Pod]'),
      'matches no Namespace',
    ],
    [
      'a policy that would not load',
      generating('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: nonsense}}]}]}'),
      'would not load',
    ],
    ['no ClusterPolicy', '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}', 'no ClusterPolicy'],
  ])('is not converted, and said why: %s', (_name, text, reason) => {
    expect(convert('kyverno', text)).toEqual({
      documents: [],
      left: [{ what: expect.any(String), reason: expect.stringContaining(reason) }],
    });
  });
});

describe('Capsule', () => {
  const tenant = (items: string): string => `
apiVersion: capsule.clastix.io/v1beta2
kind: Tenant
metadata: {name: oil}
spec:
  networkPolicies:
    items: ${items}
`;

  test('a Tenant with networkPolicies becomes a Boundary about its namespaces', () => {
    const items = `
    - podSelector: {}
      policyTypes: [Ingress, Egress]
      egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [192.168.0.0/16]}}]}]
      ingress: [{from: [{namespaceSelector: {matchLabels: {capsule.clastix.io/tenant: oil}}}, {podSelector: {}}, {ipBlock: {cidr: 192.168.0.0/16}}]}]`;
    const { documents: made } = convert('capsule', tenant(items));
    expect(made).toMatchObject([
      {
        metadata: { name: 'tenant-oil' },
        spec: {
          namespaceSelector: { matchLabels: { 'capsule.clastix.io/tenant': 'oil' } },
          floor: { allow: { ingress: [{}], egress: [{}] } },
          egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['192.168.0.0/16'] } }] }],
        },
      },
    ]);
    const world = loaded(
      'capsule',
      tenant(items),
      '{apiVersion: v1, kind: Namespace, metadata: {name: oil-1, labels: {capsule.clastix.io/tenant: oil}}}',
    );
    expect(world.rules.ruleSet.boundaries.map(({ name }) => name)).toEqual(['tenant-oil']);
  });

  test('policies about some pods are in the limit, and not in the floor, which is told', () => {
    const items =
      '[{podSelector: {}, policyTypes: [Ingress]}, {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 443}]}]}]';
    const { documents: made, left } = convert('capsule', tenant(items));
    expect(ownAt(made[0]?.spec, 'ingress')).toEqual([
      { ports: [{ port: 443 }], appliesTo: { matchLabels: { app: 'web' } } },
    ]);
    expect(ownAt(made[0]?.spec, 'floor', 'allow')).toBeUndefined();
    expect(left.map(({ reason }) => reason)).toContainEqual(
      expect.stringContaining('keep them as policies of their own'),
    );
  });

  test.each([
    ['without networkPolicies', tenant('[]'), 'no networkPolicies'],
    ['with templates', tenant('[{podSelector: {matchLabels: {a: "{{ tenant.name }}"}}}]'), 'templates'],
    ['of another kind', '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}', 'no Tenant'],
  ])('is not converted: a document %s', (_name, text, reason) => {
    expect(convert('capsule', text)).toEqual({
      documents: [],
      left: [{ what: expect.any(String), reason: expect.stringContaining(reason) }],
    });
  });
});

// The pods of the chart: hardened, probed over HTTPS, found by their Service, allowed to read what they need.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { at, chart, listAt, only } from './helm.ts';
import type { Manifest } from './helm.ts';
import { byChart } from './values.ts';
import { withHelm } from './withHelm.ts';

withHelm('the workload', (helm) => {
  test('lints without a warning', async () => {
    expect(await helm.lint()).toContain('0 chart(s) failed');
  });

  test('has one file for each component and kind', async () => {
    const rendered = await helm.template();
    const sources = [...rendered.matchAll(/^# Source: bulkhead\/templates\/(.+)$/gm)].map(([, file]) => file);
    const kinds = [...rendered.matchAll(/^kind: (.+)$/gm)].map(([, kind]) => kind?.toLowerCase());
    expect(sources.map((file) => file?.replace(/^[a-z]+-([a-z]+)\.yaml$/, '$1'))).toEqual(kinds);
    const files = readdirSync(join(chart, 'templates')).filter(
      (file) => !/^(_.+\.tpl|NOTES\.txt)$/.test(file),
    );
    expect(files.filter((file) => !/^[a-z]+-[a-z]+\.yaml$/.test(file))).toEqual([]);
  });

  test('runs unprivileged on a read-only root file system', async () => {
    const pod = at(only(await helm.render(), 'Deployment'), 'spec', 'template', 'spec');
    expect(at(pod, 'securityContext')).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(listAt(pod, 'containers')).toHaveLength(1);
    expect(at(pod, 'containers', 0, 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(at(pod, 'initContainers')).toBeUndefined();
    expect(at(pod, 'enableServiceLinks')).toBe(false);
    const writable = listAt(pod, 'containers', 0, 'volumeMounts').filter(
      (mount) => at(mount, 'readOnly') !== true,
    );
    expect(writable).toEqual([{ name: 'state', mountPath: '/var/lib/bulkhead' }]);
  });

  test.each(['startupProbe', 'livenessProbe', 'readinessProbe'])('has a %s over HTTPS', async (probe) => {
    const container = at(
      only(await helm.render(), 'Deployment'),
      'spec',
      'template',
      'spec',
      'containers',
      0,
    );
    const path = probe === 'readinessProbe' ? '/readyz' : '/livez';
    expect(at(container, probe, 'httpGet')).toEqual({ path, port: 'https', scheme: 'HTTPS' });
    expect(listAt(container, 'ports')).toEqual([{ name: 'https', containerPort: 8443, protocol: 'TCP' }]);
  });

  test('serves with the mounted configuration, rules and certificates', async () => {
    const pod = at(only(await helm.render(), 'Deployment'), 'spec', 'template', 'spec');
    expect(at(pod, 'containers', 0, 'args')).toEqual([
      'serve',
      '--config=/etc/bulkhead/config.yaml',
      '--rules=/etc/bulkhead/rules',
      '--state=/var/lib/bulkhead',
    ]);
    expect(at(pod, 'containers', 0, 'command')).toBeUndefined();
    const mounts = listAt(pod, 'containers', 0, 'volumeMounts').map((mount) => at(mount, 'name'));
    const volumes = listAt(pod, 'volumes').map((volume) => at(volume, 'name'));
    expect([...mounts].sort()).toEqual([...volumes].sort());
  });

  test('keeps two replicas and never takes one away before another is ready', async () => {
    const rendered = await helm.render();
    const spec = at(only(rendered, 'Deployment'), 'spec');
    expect(at(spec, 'replicas')).toBe(2);
    expect(at(spec, 'strategy', 'rollingUpdate')).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    expect(at(only(rendered, 'PodDisruptionBudget'), 'spec', 'maxUnavailable')).toBe(1);
  });

  test('is found by its Service and its disruption budget', async () => {
    const rendered = await helm.render();
    const labels = at(only(rendered, 'Deployment'), 'spec', 'template', 'metadata', 'labels');
    const selectors = [
      at(only(rendered, 'Service'), 'spec', 'selector'),
      at(only(rendered, 'PodDisruptionBudget'), 'spec', 'selector', 'matchLabels'),
      at(only(rendered, 'Deployment'), 'spec', 'selector', 'matchLabels'),
    ];
    for (const selector of selectors) {
      expect(Object.keys(Object(selector) as object).length).toBeGreaterThan(0);
      expect(labels).toMatchObject(Object(selector) as object);
    }
  });

  test('where it writes nothing, it may read namespaces and rules, list pods and policies, and nothing else', async () => {
    const rendered = await helm.render(byChart({ configuration: { controllers: { enabled: false } } }));
    expect(at(only(rendered, 'ClusterRole'), 'rules')).toEqual([
      { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list'] },
      {
        apiGroups: ['bulkhead.dev'],
        resources: ['boundaries', 'guardrailexceptions', 'guardrailpolicies'],
        verbs: ['list', 'watch'],
      },
    ]);
    expect(rendered.filter(({ kind }) => kind === 'Role' || kind === 'RoleBinding')).toEqual([]);
    const account = only(rendered, 'ServiceAccount').metadata;
    expect(at(only(rendered, 'ClusterRoleBinding'), 'subjects')).toEqual([
      { kind: 'ServiceAccount', name: account.name, namespace: 'bulkhead' },
    ]);
    expect(at(only(rendered, 'Deployment'), 'spec', 'template', 'spec', 'serviceAccountName')).toBe(
      account.name,
    );
  });

  test('may read the parameters that are named, where they are named, and no others', async () => {
    const plain = await helm.render();
    const rendered = await helm.render({
      parameters: [
        { apiGroup: '', resource: 'configmaps', namespace: 'platform-rules' },
        { apiGroup: 'limits.example.com', resource: 'ceilings' },
      ],
    });
    const rulesOf = (all: readonly Manifest[]): readonly unknown[] =>
      listAt(only(all, 'ClusterRole', 'bulkhead'), 'rules');
    const before = rulesOf(plain).map((rule) => JSON.stringify(rule));
    expect(rulesOf(rendered).filter((rule) => !before.includes(JSON.stringify(rule)))).toEqual([
      { apiGroups: ['limits.example.com'], resources: ['ceilings'], verbs: ['list', 'watch'] },
    ]);
    const role = only(rendered, 'Role', 'bulkhead-parameters-0');
    expect(at(role, 'metadata', 'namespace')).toBe('platform-rules');
    expect(at(role, 'rules')).toEqual([
      { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch'] },
    ]);
    const bound = only(rendered, 'RoleBinding', 'bulkhead-parameters-0');
    expect(at(bound, 'subjects')).toEqual([
      {
        kind: 'ServiceAccount',
        name: only(rendered, 'ServiceAccount', 'bulkhead').metadata.name,
        namespace: 'bulkhead',
      },
    ]);
    expect(JSON.stringify(plain)).not.toContain('parameters-0');
  });

  test('where it writes, it makes policies of one name only, and a Lease of its own namespace', async () => {
    const rendered = await helm.render();
    const rules = listAt(only(rendered, 'ClusterRole', 'bulkhead'), 'rules');
    const writing = rules.filter((rule) =>
      listAt(rule, 'verbs').some((verb) => !['get', 'list', 'watch'].includes(String(verb))),
    );
    expect(writing).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['list', 'patch', 'watch'] },
      {
        apiGroups: ['networking.k8s.io'],
        resources: ['networkpolicies'],
        verbs: ['list', 'patch', 'watch'],
      },
      {
        apiGroups: ['networking.k8s.io'],
        resources: ['networkpolicies'],
        resourceNames: ['bulkhead-floor'],
        verbs: ['create', 'get'],
      },
      {
        apiGroups: ['bulkhead.dev'],
        resources: ['namespacerecords'],
        verbs: ['create', 'get', 'list', 'patch', 'watch'],
      },
      {
        apiGroups: ['bulkhead.dev'],
        resources: ['boundaries/status', 'guardrailexceptions/status', 'guardrailpolicies/status'],
        verbs: ['patch'],
      },
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
        resourceNames: ['bulkhead'],
        verbs: ['create', 'list', 'patch', 'update', 'watch'],
      },
    ]);
    const role = only(rendered, 'Role', 'bulkhead');
    expect(role.metadata.namespace).toBe('bulkhead');
    expect(new Set(listAt(role, 'rules').flatMap((rule) => listAt(rule, 'resources')))).toEqual(
      new Set(['leases']),
    );
  });

  test('takes what may not stand in a ConfigMap from a Secret', async () => {
    const env = [
      { name: 'BULKHEAD_DECISION_LOG_URL', valueFrom: { secretKeyRef: { name: 'log', key: 'url' } } },
    ];
    const pod = at(only(await helm.render({ env }), 'Deployment'), 'spec', 'template', 'spec');
    expect(at(pod, 'containers', 0, 'env')).toEqual(env);
  });

  test.each(['kube-system', 'kube-public', 'kube-node-lease', 'default'])(
    'refuses namespace %s',
    async (namespace) => {
      await expect(helm.render({}, namespace)).rejects.toThrow('needs one of its own');
    },
  );

  test('an image digest wins over the tag', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const rendered = await helm.render({ image: { repository: 'team/bulkhead', tag: 'x', digest } });
    const image = at(only(rendered, 'Deployment'), 'spec', 'template', 'spec', 'containers', 0, 'image');
    expect(image).toBe(`team/bulkhead@${digest}`);
  });

  test('new rules or settings are new pods, and nothing else is', async () => {
    const stamp = async (values: Record<string, unknown>): Promise<unknown> =>
      at(only(await helm.render(values), 'Deployment'), 'spec', 'template', 'metadata', 'annotations');
    const before = await stamp({});
    expect(await stamp({})).toEqual(before);
    expect(await stamp({ configuration: { log: { level: 'debug' } } })).not.toEqual(before);
    expect(await stamp({ rules: { 'more.yaml': 'kind: X' } })).not.toEqual(before);
    expect(await stamp({ replicaCount: 3 })).toEqual(before);
  });
});

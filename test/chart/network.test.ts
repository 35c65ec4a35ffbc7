// The policy around the replicas themselves: whom it lets in, where it lets them go, and whom it selects.
import { expect, test } from '@jest/globals';
import { at, listAt, only } from './helm.ts';
import type { Manifest, Values } from './helm.ts';
import { withHelm } from './withHelm.ts';

withHelm("the replicas' own network", (helm) => {
  const policyOf = async (networkPolicy: Values = {}): Promise<Manifest> =>
    only(await helm.render({ networkPolicy }), 'NetworkPolicy');
  const tcp = (port: number): object => ({ protocol: 'TCP', port });

  test('is closed but for one port in, and DNS, the API server and each other out', async () => {
    const policy = await policyOf();
    const own = { podSelector: at(policy, 'spec', 'podSelector') };
    expect(at(policy, 'spec', 'policyTypes')).toEqual(['Ingress', 'Egress']);
    expect(at(policy, 'spec', 'ingress')).toEqual([{ ports: [tcp(8443)] }]);
    expect(at(policy, 'spec', 'egress')).toEqual([
      { ports: [{ protocol: 'UDP', port: 53 }, tcp(53)] },
      { ports: [tcp(443), tcp(6443)] },
      { ports: [tcp(8443)], to: [own] },
    ]);
  });

  test('selects the replicas, and neither the Job nor the pod of a hook', async () => {
    const rendered = await helm.render();
    const selector = at(only(rendered, 'NetworkPolicy'), 'spec', 'podSelector', 'matchLabels');
    const labels = at(only(rendered, 'Deployment'), 'spec', 'template', 'metadata', 'labels');
    expect(labels).toMatchObject(Object(selector) as object);
    for (const hook of [at(only(rendered, 'Job'), 'spec', 'template'), only(rendered, 'Pod')])
      expect(at(hook, 'metadata', 'labels', 'app.kubernetes.io/name')).not.toBe(
        at(selector, 'app.kubernetes.io/name'),
      );
  });

  test('lets in whom the values name, and always the leader that asks itself and the pod of helm test', async () => {
    const from = [{ ipBlock: { cidr: '192.0.2.0/28' } }];
    const rendered = await helm.render({ networkPolicy: { ingressFrom: from } });
    const policy = only(rendered, 'NetworkPolicy');
    const labels = at(only(rendered, 'Pod'), 'metadata', 'labels');
    expect(listAt(policy, 'spec', 'ingress')).toEqual([
      {
        ports: [tcp(8443)],
        from: [
          ...from,
          { podSelector: at(policy, 'spec', 'podSelector') },
          { podSelector: { matchLabels: labels } },
        ],
      },
    ]);
  });

  test('opens what the values add', async () => {
    const database = { ports: [tcp(5432)], to: [{ podSelector: { matchLabels: { app: 'postgres' } } }] };
    const egress = listAt(await policyOf({ egress: [database], apiServerPorts: [16443] }), 'spec', 'egress');
    expect(egress[1]).toEqual({ ports: [tcp(16443)] });
    expect(egress.at(-1)).toEqual(database);
  });

  test('can be left to others', async () => {
    const rendered = await helm.render({ networkPolicy: { enabled: false } });
    expect(rendered.filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
  });
});

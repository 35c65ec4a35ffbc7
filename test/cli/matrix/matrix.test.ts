/** `bulkhead matrix` in each of its forms. */
import { describe, expect, test } from '@jest/globals';
import { capture } from '../capturedTerminal.ts';
import { policies, shop } from '../shopManifests.ts';

const matrix = (...argv: readonly string[]): ReturnType<typeof capture> =>
  capture(['matrix', '-', '--label', 'team', ...argv], { stdin: shop + policies });

describe('bulkhead matrix', () => {
  test('draws a grid and names the paths between tenants', async () => {
    const { code, stdout, stderr } = await matrix();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      [
        '2 tenants by team, 3 pods; 1 path between tenants',
        '',
        'from \\ to  bank  shop  (outside)',
        'bank       .     1     1',
        'shop       .     1     1',
        '(outside)  1     .     .',
        '',
        'between tenants:',
        '  bank -> shop  1',
        '',
      ].join('\n'),
    );
  });

  test('has the same in JSON, with ports where they are asked for', async () => {
    const plain: unknown = JSON.parse((await matrix('-o', 'json')).stdout);
    expect(plain).toMatchObject({
      tenantLabel: 'team',
      tenants: [
        { tenant: 'bank', namespaces: 1, pods: 1 },
        { tenant: 'shop', namespaces: 1, pods: 2 },
      ],
    });
    const { cells } = JSON.parse((await matrix('-o', 'json', '--ports')).stdout) as { cells: unknown };
    expect(cells).toEqual([
      {
        source: { tenant: 'bank' },
        destination: { tenant: 'shop' },
        paths: 1,
        allowed: [{ protocol: 'TCP', ports: '8080' }],
      },
      expect.objectContaining({ source: { tenant: 'bank' }, destination: { outside: true }, paths: 1 }),
      {
        source: { tenant: 'shop' },
        destination: { tenant: 'shop' },
        paths: 1,
        allowed: [{ protocol: 'TCP', ports: '5432' }],
      },
      {
        source: { tenant: 'shop' },
        destination: { outside: true },
        paths: 1,
        allowed: [{ protocol: 'TCP', ports: '443' }],
      },
      expect.objectContaining({ source: { outside: true }, destination: { tenant: 'bank' } }),
    ]);
  });

  test('takes the tenant label from the configuration; without it there is one tenant without a name', async () => {
    const { stdout } = await capture(['matrix', '-'], { stdin: shop + policies });
    expect(stdout).toContain('1 tenant by bulkhead.dev/tenant');
    expect(stdout).toContain('(none)');
    const environment = {
      BULKHEAD_TENANCY_TENANT_LABEL: 'team',
      BULKHEAD_TENANCY_PROTECTED_LABELS: 'team',
    };
    const named = await capture(['matrix', '-'], { stdin: shop + policies, environment });
    expect(named.stdout).toContain('2 tenants by team');
  });

  test('is a table, a graph and a page too', async () => {
    expect((await matrix('-o', 'table')).stdout).toMatch(/^SOURCE +DESTINATION +PATHS\nbank +shop +1\n/);
    expect((await matrix('-o', 'dot', '--ports')).stdout).toContain(
      '"bank" -> "shop" [label="1 (TCP 8080)"];',
    );
    const { stdout } = await matrix('-o', 'html');
    expect(stdout).toContain('<td class="far" title="bank to shop">1</td>');
    expect(stdout).toContain('<td class="dim" title="shop to bank: no path">-</td>');
    expect(stdout).not.toContain('<script');
  });
});

// `npm run demo` shows what it promises: every example manifest is decided as its folder says, by a real API server.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');

test('the demonstration admits what is good, refuses what is bad and ends by itself', async () => {
  const args = [join(root, 'scripts', 'demo.ts'), '--once'];
  // It rejects where a manifest was not decided as its folder says.
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  expect(stdout).toContain('ADMITTED  kubectl apply -f examples/good/01-tenant-isolated.yaml\n');
  expect(stdout).toContain('REFUSED   kubectl apply -f examples/bad/01-allow-all-egress.yaml\n');
  expect(stdout).toContain('pods in payments-prod could reach 169.254.169.254 on TCP 80\n');
  expect(stdout).toContain('{"app":"api","bulkhead.dev/tenant":"payments"}');
  expect(stdout).toMatch(/\n\d+ manifests admitted, \d+ refused; \d+ calls decided\./);
});

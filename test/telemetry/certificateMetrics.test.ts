/** The metrics of certificates that Bulkhead keeps: absent before anything is known, then when the authority expires and the one phase that holds. */
import { Registry } from '@prometheus-io/client';
import { expect, test } from '@jest/globals';
import { observeCertificates } from '../../src/telemetry/certificateMetrics.ts';
import type { CertificateFigures } from '../../src/telemetry/certificateMetrics.ts';

test('the expiry of the authority and the phase follow what is known', async () => {
  const registry = new Registry();
  let known: CertificateFigures | undefined;
  observeCertificates(registry, () => known);
  expect(await registry.metrics()).not.toMatch(/^bulkhead_certificate/m);
  known = { authorityExpires: new Date(1_800_000_000_000), phase: 'Adding' };
  const text = await registry.metrics();
  expect(text).toContain('bulkhead_certificate_authority_expiry_timestamp_seconds 1800000000');
  expect(text).toContain('bulkhead_certificate_rotation_phase{phase="Adding"} 1');
  expect(text).toContain('bulkhead_certificate_rotation_phase{phase="Stable"} 0');
  known = { ...known, phase: 'Stable' };
  expect(await registry.metrics()).toContain('bulkhead_certificate_rotation_phase{phase="Stable"} 1');
});

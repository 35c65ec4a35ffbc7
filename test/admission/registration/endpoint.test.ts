import { describe, expect, test } from '@jest/globals';
import { clientConfig, ownNamespace, readEndpoint } from '../../../src/admission/registration/endpoint.ts';
import type { EndpointOptions } from '../../../src/admission/registration/endpoint.ts';

const caBundle = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

function config(options: Omit<EndpointOptions, 'caBundle'>): unknown {
  const read = readEndpoint({ ...options, caBundle });
  return read.ok ? clientConfig(read.value, '/validate') : read.issues.map(({ code }) => code);
}
const bundle = { caBundle: Buffer.from(caBundle).toString('base64') };

describe('an endpoint', () => {
  test.each([
    ['https://127.0.0.1:8443', 'https://127.0.0.1:8443/validate'],
    ['https://walls.example/', 'https://walls.example/validate'],
    ['https://walls.example/behind/a/path/', 'https://walls.example/behind/a/path/validate'],
    ['https://[fd00::1]:8443', 'https://[fd00::1]:8443/validate'],
  ])('is the address %s', (url, expected) => {
    expect(config({ url })).toEqual({ url: expected, ...bundle });
  });

  test.each([
    ['bulkhead-system/bulkhead', 443],
    ['bulkhead-system/bulkhead:8443', 8443],
  ])('is the Service %s', (service, port) => {
    const reference = { namespace: 'bulkhead-system', name: 'bulkhead', port, path: '/validate' };
    expect(config({ service })).toEqual({ service: reference, ...bundle });
  });

  test('tells the own namespace where it is a Service', () => {
    const own = (options: Omit<EndpointOptions, 'caBundle'>): unknown => {
      const read = readEndpoint({ ...options, caBundle });
      return read.ok ? ownNamespace(read.value) : read.issues;
    };
    expect(own({ service: 'a/b' })).toBe('a');
    expect(own({ url: 'https://a.example' })).toBeUndefined();
  });

  test.each<[string, Omit<EndpointOptions, 'caBundle'>]>([
    ['nothing', {}],
    ['both', { url: 'https://a.example', service: 'a/b' }],
    ['no TLS', { url: 'http://a.example' }],
    ['no address', { url: 'a.example:8443' }],
    ['a user', { url: 'https://me:secret@a.example' }],
    ['a query', { url: 'https://a.example/?x=1' }],
    ['a fragment', { url: 'https://a.example/#x' }],
    ['a Service without namespace', { service: 'bulkhead' }],
    ['a Service of no namespace', { service: '/bulkhead' }],
    ['a Service with a third part', { service: 'a/b/c' }],
    ['a Service with capitals', { service: 'A/b' }],
    ['a Service with an impossible port', { service: 'a/b:70000' }],
  ])('is not made of %s', (_sentence, options) => {
    expect(config(options)).toEqual(['webhooks.target']);
  });

  test.each(['', 'MIIB', '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n'])(
    'needs an authority: %j is none',
    (text) => {
      const read = readEndpoint({ url: 'https://a.example', caBundle: text });
      expect(read).toMatchObject({ ok: false, issues: [{ code: 'webhooks.authority' }] });
      expect(JSON.stringify(read)).not.toContain('MIIB');
    },
  );
});

/** Reading Pods and Namespaces: every kind of container, wrong types, hostile keys. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../src/k8s/json.ts';
import { applyPatch } from '../../src/k8s/jsonPatch.ts';
import { readNamespace } from '../../src/k8s/namespace.ts';
import { readPod } from '../../src/k8s/pod.ts';
import { mostContainers } from '../../src/k8s/podContainer.ts';

const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject;

const whole = {
  metadata: { name: 'p', labels: { app: 'a' }, annotations: { note: 'n' } },
  spec: {
    os: { name: 'linux' },
    hostNetwork: true,
    hostPID: true,
    hostIPC: true,
    securityContext: { windowsOptions: { hostProcess: true } },
    volumes: [
      { name: 'v', hostPath: { path: '/' } },
      { name: 'w', emptyDir: {} },
    ],
    resourceClaims: [{ name: 'c' }],
    resources: { limits: { cpu: '1' }, claims: [{ name: 'd' }] },
    initContainers: [{ name: 'i', securityContext: { privileged: true, procMount: 'Unmasked' } }],
    containers: [
      {
        name: 'a',
        ports: [{ name: 'http', containerPort: 80, hostPort: 81 }],
        resources: { requests: { 'example.com/nic': '1' }, claims: [{ name: 'c' }] },
        securityContext: {
          windowsOptions: { hostProcess: true },
          capabilities: { add: ['KILL'], drop: ['ALL'] },
        },
      },
      { name: 'a' },
    ],
    ephemeralContainers: [{ name: 'e' }],
  },
};

describe('readPod', () => {
  const { pod, issues } = readPod(whole, 'whole');

  test('reads what decides about the network', () => {
    expect(issues).toEqual([]);
    expect({ ...pod, metadata: undefined, containers: undefined }).toEqual({
      os: 'linux',
      hostNetwork: true,
      hostPID: true,
      hostIPC: true,
      hostProcess: true,
      hostPaths: [{ name: 'v', field: '/spec/volumes/0/hostPath' }],
      resourceClaims: [
        { name: 'c', field: '/spec/resourceClaims/0' },
        { name: 'd', field: '/spec/resources/claims/0' },
      ],
      resources: [{ name: 'cpu', field: '/spec/resources/limits/cpu' }],
    });
    expect(pod.containers.map(({ field }) => field)).toEqual([
      '/spec/initContainers/0',
      '/spec/containers/0',
      '/spec/containers/1',
      '/spec/ephemeralContainers/0',
    ]);
    expect(pod.containers[0]).toMatchObject({ privileged: true, procMount: 'Unmasked' });
    expect(pod.containers[1]).toEqual({
      kind: 'containers',
      name: 'a',
      field: '/spec/containers/0',
      identity: 'containers/a',
      privileged: false,
      hostProcess: true,
      procMount: '',
      addedCapabilities: ['KILL'],
      droppedCapabilities: ['ALL'],
      ports: [
        {
          field: '/spec/containers/0/ports/0',
          name: 'http',
          protocol: 'TCP',
          containerPort: 80,
          hostPort: 81,
        },
      ],
      resources: [
        { name: 'example.com/nic', field: '/spec/containers/0/resources/requests/example.com~1nic' },
      ],
      claims: [{ name: 'c', field: '/spec/containers/0/resources/claims/0' }],
    });
  });

  test('tells two containers of one name apart', () => {
    expect(pod.containers.map(({ identity }) => identity)).toEqual([
      'initContainers/i',
      'containers/a',
      'containers/a#2',
      'ephemeralContainers/e',
    ]);
  });

  test('reads metadata alone where only that can change', () => {
    const reading = readPod({ ...whole, spec: 'unread' }, 'metadata');
    expect(reading.issues).toEqual([]);
    expect(reading.pod.containers).toEqual([]);
    expect(reading.pod.metadata.labels).toEqual(new Map([['app', 'a']]));
  });

  const samples = { string: 'text', boolean: true, number: 1.5, list: ['x'], object: { x: [] } };
  test.each([
    ['object', '/metadata'],
    ['nothing else', '/metadata/labels'],
    ['string', '/metadata/labels/app'],
    ['string', '/metadata/annotations/note'],
    ['object', '/spec'],
    ['object', '/spec/os'],
    ['string', '/spec/os/name'],
    ['boolean', '/spec/hostNetwork'],
    ['boolean', '/spec/hostPID'],
    ['boolean', '/spec/hostIPC'],
    ['object', '/spec/securityContext'],
    ['object', '/spec/securityContext/windowsOptions'],
    ['boolean', '/spec/securityContext/windowsOptions/hostProcess'],
    ['nothing else', '/spec/volumes'],
    ['object', '/spec/volumes/0'],
    ['string', '/spec/volumes/0/name'],
    ['nothing else', '/spec/resourceClaims'],
    ['object', '/spec/resourceClaims/0'],
    ['object', '/spec/resources'],
    ['nothing else', '/spec/resources/claims'],
    ['nothing else', '/spec/initContainers'],
    ['object', '/spec/initContainers/0'],
    ['boolean', '/spec/initContainers/0/securityContext/privileged'],
    ['string', '/spec/initContainers/0/securityContext/procMount'],
    ['nothing else', '/spec/containers'],
    ['object', '/spec/containers/0'],
    ['string', '/spec/containers/0/name'],
    ['nothing else', '/spec/containers/0/ports'],
    ['object', '/spec/containers/0/ports/0'],
    ['string', '/spec/containers/0/ports/0/name'],
    ['nothing else', '/spec/containers/0/ports/0/containerPort'],
    ['nothing else', '/spec/containers/0/ports/0/hostPort'],
    ['object', '/spec/containers/0/resources'],
    ['object', '/spec/containers/0/resources/requests'],
    ['object', '/spec/containers/0/securityContext'],
    ['object', '/spec/containers/0/securityContext/windowsOptions'],
    ['boolean', '/spec/containers/0/securityContext/windowsOptions/hostProcess'],
    ['object', '/spec/containers/0/securityContext/capabilities'],
    ['list', '/spec/containers/0/securityContext/capabilities/add'],
    ['string', '/spec/containers/0/securityContext/capabilities/add/0'],
    ['list', '/spec/containers/0/securityContext/capabilities/drop'],
    ['nothing else', '/spec/ephemeralContainers'],
    ['object', '/spec/ephemeralContainers/0'],
  ])('takes %s and refuses every other sample at %s', (right, path) => {
    const refused = Object.entries(samples).flatMap(([type, value]) => {
      const changed = applyPatch(whole, [{ op: 'replace', path, value }]);
      const { issues } = readPod((changed.ok ? changed.value : {}) as JsonObject, 'whole');
      return issues.some(({ pointer }) => pointer?.startsWith(path)) ? [type] : [];
    });
    expect(refused).toEqual(Object.keys(samples).filter((type) => type !== right));
  });

  test.each([
    ['null'],
    ['"x"'],
    ['[]'],
    ['[null]'],
    ['[[]]'],
    ['[{"name":null}]'],
    ['{"length":3}'],
    ['1e400'],
  ])('never throws on containers: %s', (text) => {
    const object = parse(`{"spec":{"containers":${text},"initContainers":${text},"volumes":${text}}}`);
    expect(() => readPod(object, 'whole')).not.toThrow();
  });

  test('never throws on any JSON in any place', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (metadata, spec, containers) => {
        for (const object of [{ metadata, spec }, { spec: { containers, volumes: containers } }]) {
          const reading = readPod(object, 'whole');
          expect(Array.isArray(reading.issues)).toBe(true);
          expect(Array.isArray(readNamespace(object as JsonObject).issues)).toBe(true);
        }
      }),
    );
  });

  test('keys that JavaScript knows are keys like any other', () => {
    const object = parse(
      '{"metadata":{"labels":{"__proto__":"a","constructor":"b"}},"__proto__":{"spec":{"hostNetwork":true}},' +
        '"spec":{"__proto__":{"hostNetwork":true,"hostPID":true},"constructor":{}}}',
    );
    const reading = readPod(object, 'whole');
    expect(reading.issues).toEqual([]);
    expect([...reading.pod.metadata.labels]).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect([reading.pod.hostNetwork, reading.pod.hostPID]).toEqual([false, false]);
  });

  test('more containers than any Pod has are a mistake, not a burden', () => {
    const list = Array.from({ length: mostContainers + 1 }, () => ({ name: 'a' }));
    const reading = readPod({ spec: { containers: list } }, 'whole');
    expect(reading.issues.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['pod.tooManyContainers', '/spec/containers'],
    ]);
    expect(readPod({ spec: { containers: list.slice(1) } }, 'whole').issues).toEqual([]);
  });
});

describe('readNamespace', () => {
  test.each([
    ['active', '{"metadata":{"name":"n"},"status":{"phase":"Active"}}', false],
    ['terminating by its phase', '{"metadata":{"name":"n"},"status":{"phase":"Terminating"}}', true],
    ['terminating by its timestamp', '{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}', true],
    ['without anything', '{}', false],
  ])('%s', (_says, text, terminating) => {
    const { namespace, issues } = readNamespace(parse(text));
    expect(issues).toEqual([]);
    expect(namespace.terminating).toBe(terminating);
  });

  test.each([
    '{"metadata":[]}',
    '{"metadata":{"labels":{"a":1}}}',
    '{"status":3}',
    '{"status":{"phase":{}}}',
  ])('a wrong type is a mistake: %s', (text) => {
    expect(readNamespace(parse(text)).issues.map(({ code }) => code)).toEqual(['field.type']);
  });
});

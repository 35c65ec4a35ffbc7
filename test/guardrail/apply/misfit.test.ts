/** What mutations may not write: fields that a kind does not have, and values of the wrong type. */
import { describe, expect, test } from '@jest/globals';
import { misfit } from '../../../src/guardrail/apply/misfit.ts';

const container = { name: 'c', image: 'i' };
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [container] } };
const deployment = { spec: { replicas: 1, template: { spec: { containers: [container] } } } };

describe('a misfit', () => {
  test.each<[string, object, string | undefined]>([
    ['the same', pod, undefined],
    ['a known field', { ...pod, spec: { ...pod.spec, hostname: 'h' } }, undefined],
    ['null for any field', { ...pod, spec: { ...pod.spec, hostname: null } }, undefined],
    [
      'an unknown field',
      { ...pod, spec: { ...pod.spec, nothing: 1 } },
      'spec.nothing: there is no such field',
    ],
    [
      'an unknown field of a new item',
      { ...pod, spec: { containers: [container, { name: 'd', nothing: 1 }] } },
      'spec.containers.nothing: there is no such field',
    ],
    ['a number for a text', { ...pod, spec: { ...pod.spec, hostname: 1 } }, 'spec.hostname must be a string'],
    ['a text for a number', { ...pod, spec: { ...pod.spec, priority: '1' } }, 'spec.priority must be an int'],
    [
      'a fraction for a number',
      { ...pod, spec: { ...pod.spec, priority: 1.5 } },
      'spec.priority must be an int',
    ],
    ['a text for a bool', { ...pod, spec: { ...pod.spec, hostPID: 'yes' } }, 'spec.hostPID must be a bool'],
    ['a list for a map', { ...pod, metadata: { labels: ['a'] } }, 'metadata.labels must be an object'],
    [
      'a number for a label',
      { ...pod, metadata: { labels: { a: 1 } } },
      'metadata.labels.a must be a string',
    ],
    [
      'a quantity of either sort',
      { ...pod, spec: { containers: [{ ...container, resources: { limits: { cpu: 1, memory: '1Gi' } } }] } },
      undefined,
    ],
  ])('of a Pod: %s', (_, after, expected) => {
    expect(misfit('v1 Pod', pod, after)).toBe(expected);
  });

  test('what the server itself wrote is not looked at', () => {
    const newer = { ...pod, spec: { ...pod.spec, fieldOfTomorrow: { x: 1 } } };
    expect(misfit('v1 Pod', newer, { ...newer, metadata: { name: 'q' } })).toBeUndefined();
  });

  test.each<[string, object, string | undefined]>([
    ['a known field', { spec: { ...deployment.spec, paused: true } }, undefined],
    [
      'an unknown field',
      { spec: { ...deployment.spec, nothing: 1 } },
      'spec.nothing: there is no such field',
    ],
    [
      'an unknown field of a container',
      { spec: { template: { spec: { containers: [{ ...container, nothing: 1 }] } } } },
      'spec.template.spec.containers.nothing: there is no such field',
    ],
  ])('of a Deployment: %s', (_, after, expected) => {
    expect(misfit('apps/v1 Deployment', deployment, after)).toBe(expected);
  });

  test('nothing is known of custom resources', () => {
    expect(misfit('example.com/v1 Thing', {}, { anything: 1 })).toBeUndefined();
  });
});

import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ObjectHashes, objectHash } from '../../../src/decisions/event/objectHash.ts';
import { readReview } from '../../../src/admission/review.ts';
import type { Attributes, Operation } from '../../../src/k8s/attributes.ts';

/** As the API server writes it. */
const attributesOf = (name: string, operation: Operation = 'CREATE'): Attributes => {
  const body = JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation,
      userInfo: { username: 'dev' },
      object: operation === 'DELETE' ? null : { kind: 'Pod', metadata: { name } },
      oldObject: operation === 'CREATE' ? null : { kind: 'Pod', metadata: { name: `old ${name}` } },
      dryRun: false,
    },
  });
  const read = readReview(Buffer.from(body));
  if (!read.ok) throw new Error(read.message);
  return read.attributes;
};

test('at CREATE it is of the very bytes, with the escapes that the API server writes', () => {
  const written = String.raw`{"kind":"Pod","metadata":{"name":"web","annotations":{"note":"\u003cb\u003e"}}}`;
  const request = `{"uid":"u","resource":{"group":"","version":"v1","resource":"pods"},"operation":"CREATE","userInfo":{"username":"dev"},"object":${written},"oldObject":null,"dryRun":false}`;
  const read = readReview(
    Buffer.from(`{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":${request}}`),
  );
  if (!read.ok) throw new Error(read.message);
  expect(JSON.stringify(read.attributes.object)).not.toBe(written);
  expect(objectHash(read.attributes)).toBe(hash('sha256', written));
});

describe('what is remembered of the hashes of objects', () => {
  test('an object that comes again, in whatever request, has the hash of its first', () => {
    const hashes = new ObjectHashes();
    const first = attributesOf('web');
    expect(hashes.of(first)).toBe(objectHash(first));
    // Were it read again, the bytes of another object would tell.
    const { source } = attributesOf('api');
    if (source === undefined) throw new Error('a review has its bytes');
    expect(hashes.of({ ...first, source })).toBe(objectHash(first));
  });

  test('another object has its own, however like it is and however many came before', () => {
    const hashes = new ObjectHashes();
    const all = Array.from({ length: 100 }, (_, index) => attributesOf(`web-${index % 50}`));
    for (const attributes of [...all, ...all]) expect(hashes.of(attributes)).toBe(objectHash(attributes));
  });

  test.each<Operation>(['UPDATE', 'DELETE'])('the same at %s', (operation) => {
    const hashes = new ObjectHashes();
    const [one, other] = [attributesOf('web', operation), attributesOf('api', operation)];
    for (const attributes of [one, other, one]) expect(hashes.of(attributes)).toBe(objectHash(attributes));
    expect(hashes.of(one)).not.toBe(hashes.of(other));
  });
});

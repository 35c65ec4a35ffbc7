import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { Collection, WatchEvent } from '../../src/cluster/collection.ts';
import { clusterCodes, failure } from '../../src/cluster/failure.ts';
import { followed } from '../../src/cluster/followed.ts';
import type { Listed } from '../../src/cluster/listing.ts';
import { ObjectCopy } from '../../src/cluster/objectCopy.ts';
import type { Copy } from '../../src/cluster/reflector.ts';
import { servedCollection } from '../../src/cluster/servedCollection.ts';
import { processTiming } from '../../src/cluster/timing.ts';
import type { JsonObject } from '../../src/k8s/json.ts';

const notFound: Listed = { ok: false, failure: failure(clusterCodes.notFound, 'no such kind') };
const down: Listed = { ok: false, failure: failure(clusterCodes.unreachable, 'down') };
const one: Listed = { ok: true, objects: [{ metadata: { name: 'a' } }], resourceVersion: '7' };

function collection(answers: readonly Listed[]): ReturnType<typeof servedCollection> {
  let asked = 0;
  const inner: Collection = {
    list: () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)] ?? down),
    watch: () => Readable.from([{ type: 'opened' }]) as AsyncIterable<WatchEvent>,
  };
  const timing = { ...processTiming, pause: () => Promise.resolve() };
  return servedCollection(inner, timing, new AbortController().signal);
}

describe('a kind that need not be served', () => {
  test('is empty while it is not, and asked for again', async () => {
    const served = collection([notFound, one]);
    const empty = await served.list();
    expect(empty).toEqual({ ok: true, objects: [], resourceVersion: '' });
    expect(served.served()).toBe(false);
    const events: WatchEvent[] = [];
    for await (const event of served.watch('', 1)) events.push(event);
    expect(events).toMatchObject([{ type: 'failed', failure: { code: 'cluster.gone' } }]);
    expect(await served.list()).toBe(one);
    expect(served.served()).toBe(true);
  });

  test('that was served once and is not found any more has failed: what is known of it stays', async () => {
    const served = collection([one, notFound]);
    await served.list();
    expect(await served.list()).toBe(notFound);
  });

  test('whose list fails otherwise has failed', async () => {
    expect(await collection([down]).list()).toBe(down);
  });
});

const object = (name: string, resourceVersion: string, spec: JsonObject = {}): JsonObject => ({
  metadata: { namespace: 'shop', name, resourceVersion },
  spec,
});

describe('a copy of objects', () => {
  test('tells what comes, changes and goes, and nothing of what stays', () => {
    const told: string[] = [];
    const copy = new ObjectCopy((key) => told.push(key));
    copy.replace([object('a', '1'), object('b', '2')]);
    copy.replace([object('b', '2'), object('c', '3')]);
    copy.apply(object('c', '4'));
    copy.remove(object('b', '5'));
    copy.remove(object('b', '5'));
    expect(told).toEqual(['shop/a', 'shop/b', 'shop/c', 'shop/a', 'shop/c', 'shop/b']);
    expect([...copy.entries()].map(([key]) => key)).toEqual(['shop/c']);
  });

  test('keeps only what is wanted of the objects that are wanted', () => {
    let kept: Copy | undefined;
    const told: string[] = [];
    const all = followed(
      (copy) => {
        kept = copy;
        return { run: () => Promise.resolve(), age: () => 0, trouble: () => undefined };
      },
      () => true,
      (key) => told.push(key),
      (whole) => (JSON.stringify(whole).includes('gated') ? { metadata: whole['metadata'] } : undefined),
    );
    kept?.replace([object('a', '1', { gated: true }), object('b', '2')]);
    expect([...all.keys()]).toEqual(['shop/a']);
    expect(all.get('shop/a')).not.toHaveProperty('spec');
    kept?.apply(object('a', '3'));
    expect([...all.keys()]).toEqual([]);
    kept?.apply(object('b', '4'));
    expect(told).toEqual(['shop/a', 'shop/a']);
  });
});

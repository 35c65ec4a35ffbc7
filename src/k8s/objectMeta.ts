/** The part of metav1.ObjectMeta that Bulkhead reads. */
import type { Decoder } from './decoder.ts';
import type { Labels } from './labelSelector.ts';

export interface ObjectMeta {
  readonly name: string;
  readonly generateName: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly terminating: boolean;
}

/** Reads metadata; unknown fields are left alone, because nothing here is decided by them. */
export function decodeMeta(decoder: Decoder, value: unknown, pointer: string): ObjectMeta {
  const meta = decoder.object(value, pointer);
  const text = (key: string): string => decoder.string(meta[key], `${pointer}/${key}`) ?? '';
  return {
    name: text('name'),
    generateName: text('generateName'),
    namespace: text('namespace'),
    labels: decoder.stringMap(meta['labels'], `${pointer}/labels`),
    annotations: decoder.stringMap(meta['annotations'], `${pointer}/annotations`),
    uid: text('uid'),
    resourceVersion: text('resourceVersion'),
    terminating: text('deletionTimestamp') !== '',
  };
}

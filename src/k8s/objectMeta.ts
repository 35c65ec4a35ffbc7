/** The part of metav1.ObjectMeta that Bulkhead reads. */
import type { Decoder } from './decoder.ts';
import { isObject } from './json.ts';
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

const texts = ['name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'deletionTimestamp'] as const;

/** Claims that {@link decodeMeta} would find no mistake: the same question without an answer to keep. */
export function isSoundMeta(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isObject(value)) return false;
  return (
    texts.every((key) => isText(value[key])) && isTextMap(value['labels']) && isTextMap(value['annotations'])
  );
}

const isText = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'string';

function isTextMap(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isObject(value)) return false;
  for (const key in value) if (!isText(value[key])) return false;
  return true;
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

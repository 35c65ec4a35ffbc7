/** A Namespace: the part of core/v1 Namespace that decides about the network, read without trusting any of it. */
import type { Issue } from '../config/issue.ts';
import { Decoder } from './decoder.ts';
import { own } from './json.ts';
import type { JsonObject } from './json.ts';
import { decodeMeta } from './objectMeta.ts';
import type { ObjectMeta } from './objectMeta.ts';

export interface Namespace {
  readonly metadata: ObjectMeta;
  /** A deletionTimestamp, or the phase that the API server sets with it. */
  readonly terminating: boolean;
}

/** What could be read of a Namespace, and every mistake: with mistakes it says less than it holds. */
export interface NamespaceReading {
  readonly namespace: Namespace;
  readonly issues: readonly Issue[];
}

/** Reads a Namespace; unknown fields are left alone, wrong types are mistakes. */
export function readNamespace(object: JsonObject): NamespaceReading {
  const decoder = new Decoder();
  const metadata = decodeMeta(decoder, own(object, 'metadata'), '/metadata');
  const status = decoder.object(own(object, 'status'), '/status');
  const phase = decoder.string(own(status, 'phase'), '/status/phase') ?? '';
  return {
    namespace: { metadata, terminating: metadata.terminating || phase === 'Terminating' },
    issues: decoder.issues,
  };
}

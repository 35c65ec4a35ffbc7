/** What is known of a namespace at the moment of a decision. */
import type { Labels } from './labelSelector.ts';

export interface NamespaceFacts {
  readonly name: string;
  readonly labels: Labels;
  readonly terminating: boolean;
  readonly resourceVersion?: string;
}

/**
 * A look-up never answers "no labels" for what it does not know: `absent` means certainly not there (a live read or a complete inventory
 * says so), `unknown` means that nobody could tell, which is an error for whoever asks.
 */
export type NamespaceLookup = (name: string) => NamespaceFacts | 'absent' | 'unknown';

/** The label that the API server itself writes on every namespace and that nobody can forge. */
export const nameLabel = 'kubernetes.io/metadata.name';

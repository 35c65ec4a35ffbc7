/** Whose policies become Boundaries. */
import type { Document } from '../config/document.ts';
import type { Converted } from './converted.ts';
import { fromCapsule } from './import/capsule.ts';
import { fromKyverno } from './import/kyverno.ts';

export type ImportedFrom = 'kyverno' | 'capsule';

export const importers: Readonly<Record<ImportedFrom, (documents: readonly Document[]) => Converted>> = {
  kyverno: fromKyverno,
  capsule: fromCapsule,
};

/** `jsonpatch.escapeKey`: a string as one step of a JSON Pointer; in mutations only. */
import { escapeToken } from '../../k8s/json.ts';
import { traversal } from './cost.ts';
import { type Library, call, define, one, text } from './definition.ts';

export const patches: Library = [
  define('jsonpatch.escapeKey', [call('(string): string', one(text, escapeToken), traversal())]),
];

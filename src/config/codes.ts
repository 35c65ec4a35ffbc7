/** The stable codes of every mistake that this room reports. */

/** What is wrong with a text before it means anything. */
export const documentCodes = {
  syntax: 'document.syntax',
  encoding: 'document.encoding',
  duplicateKey: 'document.duplicateKey',
  key: 'document.key',
  alias: 'document.alias',
  tag: 'document.tag',
  number: 'document.number',
  depth: 'document.depth',
  list: 'document.list',
} as const;

/** What is wrong with a path that was given to read. */
export const pathCodes = {
  missing: 'path.missing',
  unreadable: 'path.unreadable',
  empty: 'path.empty',
} as const;

/** What is wrong with a value that has to follow a schema. */
export const schemaCodes = {
  type: 'schema.type',
  required: 'schema.required',
  unknownField: 'schema.unknownField',
  choice: 'schema.choice',
  format: 'schema.format',
  range: 'schema.range',
  size: 'schema.size',
  duplicate: 'schema.duplicate',
} as const;

/** What is wrong with a configuration as a whole. */
export const configurationCodes = {
  document: 'config.document',
  conflict: 'config.conflict',
  missing: 'config.missing',
  setting: 'config.setting',
} as const;

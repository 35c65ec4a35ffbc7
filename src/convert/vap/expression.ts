/** CEL text: literals, and the sentences that every converted policy is made of. */
import type { Subjects } from '../../boundary/invariants/subjects.ts';
import type { LabelSelector } from '../../k8s/labelSelector.ts';

/** A string literal; JSON's escapes are CEL's for what is printable here, and the rest is escaped by code point. */
export const text = (value: string): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/gu, (one) => {
    const code = one.codePointAt(0) ?? 0;
    return code > 0xffff
      ? `\\U${code.toString(16).padStart(8, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });

export const list = (values: readonly string[]): string => `[${values.map(text).join(', ')}]`;

/** All of these; true where there are none. */
export const all = (...claims: readonly string[]): string =>
  claims.length === 0 ? 'true' : claims.length === 1 ? (claims[0] ?? '') : `(${claims.join(' && ')})`;

/** One of these; false where there are none. */
export const any = (...claims: readonly string[]): string =>
  claims.length === 0 ? 'false' : claims.length === 1 ? (claims[0] ?? '') : `(${claims.join(' || ')})`;

/** The requester is one of these subjects (boundary/invariants/subjects.ts). */
export function isRequester({ users, groups, serviceAccounts }: Subjects): string {
  const names = [
    ...users,
    ...serviceAccounts.map((written) => `system:serviceaccount:${written.replace('/', ':')}`),
  ];
  return any(
    ...(names.length === 0 ? [] : [`request.userInfo.username in ${list(names)}`]),
    ...(groups.length === 0 ? [] : [isInGroup(groups)]),
  );
}

/** The requester is in one of these groups. */
export const isInGroup = (groups: readonly string[]): string =>
  `(has(request.userInfo.groups) && request.userInfo.groups.exists(g, g in ${list(groups)}))`;

/** The labels of an object, as a map that may be empty. */
export const labelsOf = (object: string): string =>
  `has(${object}.metadata.labels) ? ${object}.metadata.labels : {}`;

/** A selector selects what carries the labels in the map `labels`. */
export function selects({ matchLabels, matchExpressions }: LabelSelector, labels: string): string {
  const has = (key: string): string => `${text(key)} in ${labels}`;
  const value = (key: string): string => `${labels}[${text(key)}]`;
  return all(
    ...[...matchLabels].map(([key, wanted]) => `(${has(key)} && ${value(key)} == ${text(wanted)})`),
    ...matchExpressions.map(({ key, operator, values }) => {
      switch (operator) {
        case 'In':
          return `(${has(key)} && ${value(key)} in ${list(values)})`;
        case 'NotIn':
          return `(!(${has(key)}) || !(${value(key)} in ${list(values)}))`;
        case 'Exists':
          return `(${has(key)})`;
        case 'DoesNotExist':
          return `!(${has(key)})`;
      }
    }),
  );
}

/** CEL about the selectors that a submitted NetworkPolicy holds. */
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import { all, any, text } from './expression.ts';

/** The selector at `at` asks label `key` for exactly the value `value`, which is CEL itself. */
export const fixes = (at: string, key: string, value: string): string =>
  any(
    all(
      `has(${at}.matchLabels)`,
      `${text(key)} in ${at}.matchLabels`,
      `${at}.matchLabels[${text(key)}] == ${value}`,
    ),
    all(
      `has(${at}.matchExpressions)`,
      `${at}.matchExpressions.exists(e, e.key == ${text(key)} && e.operator == "In" && e.values == [${value}])`,
    ),
  );

/**
 * The selector at `at` asks each label once, and `In` for one value: then it can be satisfied, and it is inside a selector that asks labels for one
 * value exactly if it asks the same.
 */
export const isPlain = (at: string): string =>
  any(
    `!has(${at}.matchExpressions)`,
    `${at}.matchExpressions.all(e, (e.operator != "In" || e.values.size() == 1) && !(has(${at}.matchLabels) && e.key in ${at}.matchLabels) && ${at}.matchExpressions.filter(f, f.key == e.key).size() == 1)`,
  );

/** The selector at `at` names namespaces, whose other labels Bulkhead knows and an admission policy does not. */
export const namesNamespaces = (at: string): string =>
  any(
    all(`has(${at}.matchLabels)`, `${text(nameLabel)} in ${at}.matchLabels`),
    all(
      `has(${at}.matchExpressions)`,
      `${at}.matchExpressions.exists(e, e.key == ${text(nameLabel)} && e.operator in ["In", "DoesNotExist"])`,
    ),
  );

/** `claim` about the selector in `field` of a peer, where there is one. */
export const where = (peer: string, field: string, claim: (at: string) => string): string =>
  all(`has(${peer}.${field})`, claim(`${peer}.${field}`));

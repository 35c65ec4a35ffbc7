/** Judges a NamespaceRecord that is written or deleted: it says whose a name is, so nobody but Bulkhead and administrators may. */
import { includes } from '../../boundary/invariants/subjects.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import type { Violation } from '../../k8s/violation.ts';
import type { World } from '../world.ts';
import { keepsSpec, nameOf, refused } from './ownKind.ts';

const rule = 'tenancy.protectedLabels';

/**
 * Bulkhead itself and administrators (labelWriters) write records, the latter through `bulkhead adopt`. A record goes only once its namespace is
 * gone: else the name of a living namespace could be given away.
 */
export function judgeRecord(attributes: Attributes, { rules, lookup }: World): readonly Violation[] {
  if (keepsSpec(attributes)) return [];
  const { operation, user } = attributes;
  const name = nameOf(attributes);
  const mayWrite =
    user.username === rules.guards.identity || includes(rules.tenancy.roles.labelWriters, user);
  const violations: Violation[] = [];
  if (!mayWrite) {
    const message = `only Bulkhead and administrators may write the record of namespace "${name}"; ask one`;
    violations.push(refused('records.writer', rule, '/metadata/name', message));
  }
  if (operation === 'DELETE' && lookup(name) !== 'absent') {
    const message =
      lookup(name) === 'unknown'
        ? `whether namespace "${name}" still exists could not be looked up; try again`
        : `namespace "${name}" exists; delete it first, then forget it`;
    violations.push(refused('records.inUse', rule, '/metadata/name', message));
  }
  return violations;
}

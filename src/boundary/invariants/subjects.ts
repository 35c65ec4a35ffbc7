/** Subjects: users, groups and ServiceAccounts to whom the configuration gives something. */
import type { UserInfo } from '../../k8s/attributes.ts';

export interface Subjects {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** `NAMESPACE/NAME` or `NAMESPACE:NAME`. */
  readonly serviceAccounts: readonly string[];
}

const serviceAccountPrefix = 'system:serviceaccount:';

/** Claims that a user is one of the subjects, by the very name and groups that the API server authenticated. */
export function includes(subjects: Subjects, user: UserInfo): boolean {
  if (subjects.users.includes(user.username)) return true;
  if (subjects.groups.some((group) => user.groups.includes(group))) return true;
  if (!user.username.startsWith(serviceAccountPrefix)) return false;
  const account = user.username.slice(serviceAccountPrefix.length);
  return subjects.serviceAccounts.some((written) => written.replace('/', ':') === account);
}

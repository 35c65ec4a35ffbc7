/** The gates that the configuration opens: tokens of a file, of an issuer, or of a file that Bulkhead makes where neither is named. */
import { join } from 'node:path';
import type { Issue, Read } from '../config/issue.ts';
import { sound } from '../config/issue.ts';
import type { Config } from '../config/schema.ts';
import type { Gate } from './access.ts';
import { oidcGate } from './oidc.ts';
import { ensureTokenFile, tokenGate } from './tokens.ts';

export interface Gates {
  readonly gates: readonly Gate[];
  /** The file that Bulkhead made a token in, for whoever may read it. */
  readonly made?: string;
}

/** `refusedFile` hears of a token file that was changed and cannot be used. Issues are those of the token file. */
export function gatesFor(
  config: Config,
  stateDirectory: string,
  refusedFile: (issues: readonly Issue[]) => void,
): Read<Gates> {
  const { tokenFile, oidc } = config.desk;
  const gates: Gate[] = [];
  const made = tokenFile === null && oidc === null ? join(stateDirectory, 'desk.token') : undefined;
  if (made !== undefined) ensureTokenFile(made);
  const file = tokenFile ?? made;
  if (file !== undefined) {
    const gate = tokenGate(file, refusedFile);
    if (!gate.ok) return gate;
    gates.push(gate.value);
  }
  if (oidc !== null) {
    const { issuer, clientId, groupsClaim } = oidc;
    gates.push(oidcGate({ issuer, clientId, groupsClaim, tenantsOf: tenantsFrom(config) }));
  }
  return sound({ gates, ...(made === undefined ? {} : { made }) });
}

/**
 * Administrators see everything; others the tenants whose namespaces `tenancy.assign` lets their groups create. Names that Kubernetes reserves (`system:`) count
 * for nothing out of a token of an issuer, as for the API server.
 */
export function tenantsFrom({
  tenancy,
}: Config): (name: string, groups: readonly string[]) => 'all' | readonly string[] {
  const { administrators, assign, tenantLabel } = tenancy;
  return (name, given) => {
    const groups = given.filter((group) => !group.startsWith('system:'));
    const isAdministrator =
      (administrators.users.includes(name) && !name.startsWith('system:')) ||
      administrators.groups.some((group) => groups.includes(group));
    if (isAdministrator) return 'all';
    const tenants = assign
      .filter((assignment) => assignment.groups.some((group) => groups.includes(group)))
      .flatMap(({ labels }) => {
        const tenant = Object.hasOwn(labels, tenantLabel) ? labels[tenantLabel] : undefined;
        return tenant === undefined ? [] : [tenant];
      });
    return [...new Set(tenants)];
  };
}

/** Settings that are each well formed but do not go together. */
import { configurationCodes } from './codes.ts';
import { asJsonSchema } from './jsonSchema.ts';
import { readSchema } from './readSchema.ts';
import { cluster, type Cluster } from './sections/cluster.ts';
import { decisionLog, type DecisionLog, desk, type Desk } from './sections/records.ts';
import {
  certificates,
  type Certificates,
  server,
  type Server,
  webhook,
  type Webhook,
} from './sections/serving.ts';
import { tenancy, type Tenancy } from './sections/tenancy.ts';
import type { Settled, TSchema } from './shape.ts';

/** A mistake about a section as a whole; the pointer starts at the section. */
export interface Conflict {
  readonly code: string;
  readonly message: string;
  readonly pointer: string;
}

const conflict = (pointer: string, message: string): Conflict => ({
  code: configurationCodes.conflict,
  message,
  pointer,
});
const missing = (pointer: string, message: string): Conflict => ({
  code: configurationCodes.missing,
  message,
  pointer,
});

/** The conflicts of one section, found in whatever stands there; what does not follow the schema has mistakes of its own. */
export interface SectionCheck {
  readonly section: string;
  readonly conflictsIn: (value: unknown) => readonly Conflict[];
}

const check = <const S extends TSchema>(
  section: string,
  schema: S,
  find: (value: Settled<S>) => readonly Conflict[],
): SectionCheck => ({
  section,
  conflictsIn: (value) => {
    const read = readSchema(schema, value ?? asJsonSchema(schema).default);
    return read.ok ? find(read.value) : [];
  },
});

function tenancyConflicts({ tenantLabel, protectedLabels, podLabelGrants }: Tenancy): readonly Conflict[] {
  const found = podLabelGrants.flatMap(({ namespaceSelector }, index) =>
    selectorConflicts(namespaceSelector, `/podLabelGrants/${index}/namespaceSelector`),
  );
  if (!protectedLabels.includes(tenantLabel))
    found.push(
      conflict(
        '/tenantLabel',
        `${JSON.stringify(tenantLabel)} is not among protectedLabels, so whoever may write it could choose their tenant; add it there`,
      ),
    );
  const forged = protectedLabels.indexOf('kubernetes.io/metadata.name');
  if (forged !== -1)
    found.push(
      conflict(
        `/protectedLabels/${forged}`,
        'the API server itself writes kubernetes.io/metadata.name, nobody can forge it; leave it out',
      ),
    );
  return found;
}

function clusterConflicts({ nat64, dns }: Cluster): readonly Conflict[] {
  const found: Conflict[] = [];
  nat64.forEach((cidr, index) => {
    const [address = '', length = ''] = cidr.split('/');
    if (!address.includes(':') || !['32', '40', '48', '56', '64', '96'].includes(length))
      found.push(
        conflict(
          `/nat64/${index}`,
          `a NAT64 prefix is an IPv6 range of 32, 40, 48, 56, 64 or 96 bits (RFC 6052), not ${JSON.stringify(cidr)}`,
        ),
      );
  });
  dns.forEach(({ ipBlock, namespaceSelector, podSelector }, index) => {
    const at = `/dns/${index}`;
    if (ipBlock !== undefined && (namespaceSelector !== undefined || podSelector !== undefined))
      found.push(conflict(at, 'ipBlock stands alone; list the selectors as a DNS peer of their own'));
    if (ipBlock === undefined && namespaceSelector === undefined)
      found.push(missing(at, 'needs namespaceSelector (with podSelector) or ipBlock'));
    found.push(...selectorConflicts(namespaceSelector ?? {}, `${at}/namespaceSelector`));
    found.push(...selectorConflicts(podSelector ?? {}, `${at}/podSelector`));
  });
  return found;
}

type Selector = Tenancy['podLabelGrants'][number]['namespaceSelector'];

/** ValidateLabelSelector of k8s.io/apimachinery: In and NotIn take values, Exists and DoesNotExist none. */
function selectorConflicts({ matchExpressions = [] }: Selector, pointer: string): Conflict[] {
  return matchExpressions.flatMap(({ operator, values = [] }, index) => {
    const at = `${pointer}/matchExpressions/${index}`;
    const takesValues = operator === 'In' || operator === 'NotIn';
    if (takesValues && values.length === 0) return [missing(at, `${operator} needs values`)];
    if (!takesValues && values.length > 0)
      return [conflict(at, `${operator} takes no values; leave them out`)];
    return [];
  });
}

const webhookConflicts = ({ service, url }: Webhook): readonly Conflict[] =>
  service !== null && url !== null ? [conflict('/url', 'service and url exclude each other; keep one')] : [];

function serverConflicts({
  maxBodyBytes,
  maxInFlightBytes,
  clientCA,
  clientNames,
}: Server): readonly Conflict[] {
  const found: Conflict[] = [];
  if (maxInFlightBytes < maxBodyBytes)
    found.push(
      conflict(
        '/maxInFlightBytes',
        `${maxInFlightBytes} is less than maxBodyBytes (${maxBodyBytes}), so the largest review would never fit; raise it`,
      ),
    );
  if (clientNames.length > 0 && clientCA === null)
    found.push(
      missing(
        '/clientNames',
        'client names are only checked on certificates that clientCA signed; name that file',
      ),
    );
  return found;
}

function certificateConflicts(given: Certificates): readonly Conflict[] {
  const { mode, names } = given;
  const uses = {
    selfManaged: [],
    certManager: ['certFile', 'keyFile', 'certificate'],
    secret: ['secret'],
    files: ['certFile', 'keyFile'],
  } as const;
  const may = { selfManaged: ['secret'], certManager: ['caFile'], secret: [], files: ['caFile'] } as const;
  const fields = ['certFile', 'keyFile', 'caFile', 'secret', 'certificate'] as const;
  const found = fields.flatMap((field): Conflict[] => {
    const needed = uses[mode].some((used) => used === field);
    if (needed && given[field] === null) return [missing('', `mode ${mode} needs ${field}`)];
    if (!needed && given[field] !== null && !may[mode].some((used) => used === field))
      return [conflict(`/${field}`, `mode ${mode} does not use ${field}; leave it out or change the mode`)];
    return [];
  });
  if (mode !== 'selfManaged' && names.length > 0)
    found.push(conflict('/names', `mode ${mode} does not use names; leave them out or change the mode`));
  return found;
}

function decisionLogConflicts({ store, path, url, required }: DecisionLog): readonly Conflict[] {
  const found: Conflict[] = [];
  if (store === 'postgres' && url === null) found.push(missing('', 'store postgres needs url'));
  if (store !== 'postgres' && url !== null)
    found.push(conflict('/url', `store ${store} does not use url; leave it out or set store: postgres`));
  if (store !== 'sqlite' && path !== null)
    found.push(conflict('/path', `store ${store} does not use path; leave it out or set store: sqlite`));
  if (store === 'none' && required)
    found.push(
      conflict(
        '/required',
        'with store none nothing can be recorded, so nothing could be allowed; choose a store',
      ),
    );
  return found;
}

const deskConflicts = ({ address, tokenFile, oidc }: Desk): readonly Conflict[] =>
  tokenFile === null && oidc === null && !/^127\.|^::1$/.test(address)
    ? [missing('', `at ${address} others can reach the desk; name tokenFile or oidc, or listen on 127.0.0.1`)]
    : [];

/** Every check there is; no conflict spans two sections. */
export const sectionChecks: readonly SectionCheck[] = [
  check('tenancy', tenancy, tenancyConflicts),
  check('cluster', cluster, clusterConflicts),
  check('webhook', webhook, webhookConflicts),
  check('server', server, serverConflicts),
  check('certificates', certificates, certificateConflicts),
  check('decisionLog', decisionLog, decisionLogConflicts),
  check('desk', desk, deskConflicts),
];

/** The registration that `serve` keeps: where Bulkhead is reached, and whose certificates API servers shall trust there. */
import { join } from 'node:path';
import type { Rules } from '../../admission/rules.ts';
import { readEndpoint } from '../../admission/registration/endpoint.ts';
import type { Endpoint } from '../../admission/registration/endpoint.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Followed } from '../../cluster/followed.ts';
import { processTiming } from '../../cluster/timing.ts';
import { unsound } from '../../config/issue.ts';
import type { Read } from '../../config/issue.ts';
import type { Config } from '../../config/schema.ts';
import { answering } from '../../controllers/answering.ts';
import { pace } from '../../controllers/pace.ts';
import { registration, registrationPaths } from '../../controllers/registration.ts';
import type { Registration } from '../../controllers/registration.ts';
import { listAt } from '../../k8s/json.ts';
import type { JsonObject } from '../../k8s/json.ts';
import { late, nothing } from '../lateCopy.ts';
import { readAuthorityFile } from '../authorityFile.ts';

export interface ServedRegistration {
  readonly controller: Registration;
  /** Begins to follow both configurations; called when this replica leads for the first time. */
  readonly follow: (changed: (key: string) => void) => void;
  /** Both as far as they are there; undefined before they were listed. */
  readonly known: () => readonly JsonObject[] | undefined;
  /** The same, asked of the API server itself. */
  readonly now: () => Promise<readonly unknown[] | undefined>;
}

const writes = { perSecond: 1, burst: 10 };
const askMillis = 10_000;

/** Nothing where the configuration asks for none, or does not say where Bulkhead is reached. `authority`: of a certificate that is kept in the cluster. */
export function servedRegistration(
  cluster: Cluster,
  rules: () => Rules,
  config: Config,
  stateDirectory: string,
  authority?: () => Promise<Read<string>>,
): ServedRegistration | undefined {
  const { service, url, register, name } = config.webhook;
  if (!register || (service === null && url === null)) return undefined;
  let validating = nothing;
  let mutating = nothing;
  const controller = registration({
    api: cluster.api,
    pace: pace(processTiming, writes),
    name,
    rules,
    endpoint: () => endpointOf(config, authority ?? (() => authorityOf(config, stateDirectory))),
    answering,
    stored: {
      ValidatingWebhookConfiguration: late(() => validating),
      MutatingWebhookConfiguration: late(() => mutating),
    },
  });
  const form = { query: { fieldSelector: `metadata.name=${name}` } };
  const follow = (kind: keyof typeof registrationPaths, changed: (key: string) => void): Followed =>
    cluster.followStored(registrationPaths[kind], () => changed(kind), { form });
  return {
    controller,
    known: () =>
      validating.listed() && mutating.listed()
        ? [validating, mutating].map(({ get }) => get(name)).filter((one) => one !== undefined)
        : undefined,
    now: async () => {
      const query = `fieldSelector=${encodeURIComponent(form.query.fieldSelector)}`;
      const asked = await Promise.all(
        Object.values(registrationPaths).map((path) =>
          cluster.api.ask({ path: `${path}?${query}`, deadlineMillis: askMillis }),
        ),
      );
      return asked.every(({ ok }) => ok)
        ? asked.flatMap((one) => (one.ok ? listAt(one.body, 'items') : []))
        : undefined;
    },
    follow: (changed) => {
      validating = follow('ValidatingWebhookConfiguration', changed);
      mutating = follow('MutatingWebhookConfiguration', changed);
    },
  };
}

async function endpointOf(
  { webhook }: Config,
  authority: () => Promise<Read<string>>,
): Promise<Read<Endpoint>> {
  const caBundle = await authority();
  if (!caBundle.ok) return caBundle;
  const { service, url } = webhook;
  return readEndpoint({
    ...(service === null ? {} : { service }),
    ...(url === null ? {} : { url }),
    caBundle: caBundle.value,
  });
}

/** That of `certificates.caFile`, or our own where we make the serving certificate. */
async function authorityOf({ certificates }: Config, stateDirectory: string): Promise<Read<string>> {
  const own = certificates.certFile === null ? join(stateDirectory, 'tls', 'ca.crt') : null;
  const file = certificates.caFile ?? own;
  if (file !== null) return readAuthorityFile(file);
  const message =
    'whom API servers shall trust is not said; name the authority of the serving certificate in certificates.caFile, or set webhook.register to false';
  return unsound([{ code: 'webhooks.authority', pointer: '/certificates/caFile', message }]);
}

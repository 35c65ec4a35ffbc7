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
import { late, nothing } from '../lateCopy.ts';
import { readAuthorityFile } from '../authorityFile.ts';

export interface ServedRegistration {
  readonly controller: Registration;
  /** Begins to follow both configurations; called when this replica leads for the first time. */
  readonly follow: (changed: (key: string) => void) => void;
}

const writes = { perSecond: 1, burst: 10 };

/** Nothing where the configuration asks for none, or does not say where Bulkhead is reached. */
export function servedRegistration(
  cluster: Cluster,
  rules: () => Rules,
  config: Config,
  stateDirectory: string,
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
    endpoint: () => endpointOf(config, stateDirectory),
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
    follow: (changed) => {
      validating = follow('ValidatingWebhookConfiguration', changed);
      mutating = follow('MutatingWebhookConfiguration', changed);
    },
  };
}

/** The authority is that of `certificates.caFile`, or our own where we make the serving certificate. */
async function endpointOf(
  { webhook, certificates }: Config,
  stateDirectory: string,
): Promise<Read<Endpoint>> {
  const own = certificates.certFile === null ? join(stateDirectory, 'tls', 'ca.crt') : null;
  const file = certificates.caFile ?? own;
  if (file === null) {
    const message =
      'whom API servers shall trust is not said; name the authority of the serving certificate in certificates.caFile, or set webhook.register to false';
    return unsound([{ code: 'webhooks.authority', pointer: '/certificates/caFile', message }]);
  }
  const caBundle = await readAuthorityFile(file);
  if (!caBundle.ok) return caBundle;
  const { service, url } = webhook;
  return readEndpoint({
    ...(service === null ? {} : { service }),
    ...(url === null ? {} : { url }),
    caBundle: caBundle.value,
  });
}

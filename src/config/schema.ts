/** The Configuration kind: the one source of its static type, its defaults and the JSON Schema for editors. */
import { cluster, guards } from './sections/cluster.ts';
import { decisionLog, desk, log } from './sections/records.ts';
import { controllers } from './sections/controllers.ts';
import { rules } from './sections/rules.ts';
import { certificates, optional, server, webhook } from './sections/serving.ts';
import { tenancy } from './sections/tenancy.ts';
import { object, type Settled } from './shape.ts';

export const configurationKind = {
  apiVersion: 'config.bulkhead.dev/v1alpha1',
  kind: 'Configuration',
} as const;

/** Every setting that Bulkhead has. All of them may be left out; what is written has to be known. */
export const configuration = object(
  {
    apiVersion: { const: configurationKind.apiVersion, description: 'The version of this form.' },
    kind: { const: configurationKind.kind, description: 'Always Configuration.' },
    tenancy,
    cluster,
    guards,
    rules,
    controllers,
    webhook,
    identity: optional('name', "Bulkhead's own user name in the cluster; null: asked of the API server."),
    server,
    certificates,
    log,
    decisionLog,
    desk,
  },
  { description: 'How Bulkhead runs. Flags override environment variables, which override this file.' },
);

/** One frozen configuration, complete. */
export type Config = Settled<typeof configuration>;

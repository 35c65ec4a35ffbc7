/** How Bulkhead is reached: listener, certificates, registration. */
import { listOf, object, type Settled } from '../shape.ts';

const MEBIBYTE = 1_048_576;

/** An optional text; null stands for "none" and is what a value left out settles to. */
export const optional = (format: string, description: string) =>
  ({ type: ['string', 'null'], format, default: null, description }) as const;

export const port = (byDefault: number) =>
  ({
    type: 'integer',
    minimum: 0,
    maximum: 65_535,
    default: byDefault,
    description: 'TCP port; 0: a free one.',
  }) as const;

export const server = object(
  {
    address: { type: 'string', format: 'ip', default: '0.0.0.0', description: 'The address to listen on.' },
    port: port(8443),
    maxBodyBytes: {
      type: 'integer',
      minimum: MEBIBYTE,
      maximum: 256 * MEBIBYTE,
      default: 40 * MEBIBYTE,
      description: 'The largest review accepted; a legal update of a large Pod takes 17 MB.',
    },
    maxInFlightBytes: {
      type: 'integer',
      minimum: MEBIBYTE,
      maximum: 4_096 * MEBIBYTE,
      default: 256 * MEBIBYTE,
      description: 'How much of all reviews together may be in memory; beyond that the answer is "retry".',
    },
    clientCA: optional(
      'path',
      'PEM file of the authorities that may sign client certificates; null: none is asked for.',
    ),
    clientNames: listOf(
      { type: 'string', format: 'name', minLength: 1 },
      { uniqueItems: true, description: 'Names that a client certificate must carry one of; none: any.' },
    ),
  },
  { default: {}, description: 'The HTTPS listener.' },
);

export type Server = Settled<typeof server>;

export const certificates = object(
  {
    mode: {
      enum: ['selfManaged', 'certManager', 'secret', 'files'],
      default: 'selfManaged',
      description:
        'Who makes the serving certificate: Bulkhead, cert-manager, a Secret kept by others, files.',
    },
    certFile: optional('path', 'PEM certificate chain (files, certManager).'),
    keyFile: optional('path', 'PEM private key (files, certManager).'),
    caFile: optional('path', 'PEM authorities that API servers shall trust (files, certManager).'),
    secret: optional(
      'namespacedName',
      'The Secret that holds tls.crt, tls.key and ca.crt (secret), or in which the leader keeps them for all replicas (selfManaged; null: the state directory, each replica for itself).',
    ),
    certificate: optional(
      'namespacedName',
      'The cert-manager Certificate whose authority is injected (certManager).',
    ),
    names: listOf(
      { type: 'string', format: 'name', minLength: 1 },
      { uniqueItems: true, description: 'Further DNS names or addresses of the certificate (selfManaged).' },
    ),
    settle: {
      type: 'string',
      format: 'duration',
      default: '100s',
      description:
        'How long each phase of a change of the authority must have been seen everywhere (selfManaged); below 90 s API servers may be turned away.',
    },
  },
  { default: {}, description: 'The serving certificate.' },
);

export type Certificates = Settled<typeof certificates>;

export const webhook = object(
  {
    service: optional('namespacedName', 'The Service through which API servers reach Bulkhead.'),
    url: optional('httpsUrl', 'The address at which API servers reach Bulkhead, instead of a Service.'),
    register: {
      type: 'boolean',
      default: true,
      description:
        'Whether the leader registers itself, once it answers at that address, and keeps the registration as it should be.',
    },
    name: {
      type: 'string',
      format: 'namespaceName',
      default: 'bulkhead',
      description: 'The name of both webhook configurations.',
    },
  },
  { default: {}, description: 'How the webhook is registered; only once it answers there.' },
);

export type Webhook = Settled<typeof webhook>;

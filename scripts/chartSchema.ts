// The schema of the chart's values: what is the chart's own stands here, Boundaries and the Configuration come from the product's schemas.
import { boundarySpecSchema } from '../src/boundary/schema.ts';
import { toEditorSchema } from '../src/config/editorSchema.ts';
import { configuration } from '../src/config/schema.ts';
import { selectorSchema } from '../src/config/selectorShape.ts';

const closed = { type: 'object', additionalProperties: false } as const;
const text = { type: 'string' } as const;
const labels = { type: 'object', additionalProperties: text } as const;
const anyObject = { type: 'object' } as const;
const anyObjects = { type: 'array', items: anyObject } as const;
const flag = { type: 'boolean' } as const;
const port = { type: 'integer', minimum: 1, maximum: 65535 } as const;

/** What the chart writes into the Configuration file itself; a value for it would be overwritten, so it is refused. */
const chartsOwn = ['apiVersion', 'kind', 'webhook', 'certificates'];

const settings = {
  ...configuration,
  required: [],
  properties: Object.fromEntries(
    Object.entries(configuration.properties).filter(([name]) => !chartsOwn.includes(name)),
  ),
};

const values = {
  ...closed,
  required: ['replicaCount', 'image', 'boundaries', 'configuration', 'webhooks', 'certificates'],
  properties: {
    // Helm itself adds these two.
    global: anyObject,
    enabled: flag,
    replicaCount: { type: 'integer', minimum: 1, maximum: 9 },
    image: {
      ...closed,
      required: ['repository'],
      properties: {
        repository: { ...text, minLength: 1 },
        tag: { ...text, pattern: '^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$' },
        digest: { ...text, pattern: '^(sha256:[0-9a-f]{64})?$' },
        pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
      },
    },
    imagePullSecrets: anyObjects,
    boundaries: {
      type: 'object',
      propertyNames: {
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
        maxLength: 200,
      },
      additionalProperties: boundarySpecSchema,
    },
    rules: {
      type: 'object',
      propertyNames: {
        pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*\\.(yaml|yml|json)$',
        not: { const: 'boundaries.yaml' },
      },
      additionalProperties: text,
    },
    parameters: {
      type: 'array',
      items: {
        ...closed,
        required: ['apiGroup', 'resource'],
        properties: {
          apiGroup: { ...text, pattern: '^[a-z0-9.-]*$' },
          resource: { ...text, pattern: '^[a-z0-9]+$' },
          namespace: { ...text, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
        },
      },
    },
    configuration: settings,
    webhooks: {
      ...closed,
      properties: {
        enabled: flag,
        registeredBy: { enum: ['Chart', 'Bulkhead'] },
        failurePolicy: { enum: ['Fail', 'Ignore'] },
        timeoutSeconds: { type: 'integer', minimum: 1, maximum: 30 },
        annotations: labels,
      },
    },
    certificates: {
      ...closed,
      required: ['mode'],
      properties: {
        mode: { enum: ['selfManaged', 'certManager', 'secret'] },
        secretName: text,
        caBundle: { ...text, pattern: '^(\\s*-----BEGIN CERTIFICATE-----[\\s\\S]*)?$' },
        issuerRef: { ...closed, properties: { name: text, kind: text, group: text } },
      },
    },
    serviceAccount: { ...closed, properties: { create: flag, name: text, annotations: labels } },
    service: { ...closed, properties: { port, annotations: labels } },
    containerPort: { ...port, minimum: 1024 },
    resources: anyObject,
    env: anyObjects,
    priorityClassName: text,
    podDisruptionBudget: {
      ...closed,
      properties: { enabled: flag, maxUnavailable: { type: ['integer', 'string'] } },
    },
    admissionPolicy: { ...closed, properties: { enabled: flag } },
    networkPolicy: {
      ...closed,
      properties: {
        enabled: flag,
        ingressFrom: anyObjects,
        apiServerPorts: { type: 'array', items: port, minItems: 1 },
        egress: anyObjects,
      },
    },
    terminationGracePeriodSeconds: { type: 'integer', minimum: 10 },
    monitoring: {
      ...closed,
      properties: {
        serviceMonitor: {
          ...closed,
          properties: { enabled: flag, interval: { ...text, pattern: '^[0-9]+(ms|s|m|h)$' }, labels },
        },
        prometheusRule: { ...closed, properties: { enabled: flag, labels } },
        dashboard: { ...closed, properties: { enabled: flag, labels } },
      },
    },
    podAnnotations: labels,
    podLabels: labels,
    nodeSelector: labels,
    tolerations: anyObjects,
    affinity: anyObject,
    topologySpreadConstraints: anyObjects,
    nameOverride: text,
    fullnameOverride: text,
  },
};

const { ingress, egress } = boundarySpecSchema.properties;

/** What stands in several places, the outer ones first. */
const definitions = { ingress, egress, selector: selectorSchema };

/** charts/bulkhead/values.schema.json as JSON text, not yet laid out. */
export function chartSchema(): string {
  const published = toEditorSchema(
    { ...values, $defs: definitions },
    { title: 'Values of the Bulkhead chart' },
  );
  const $defs = new Map<string, string>();
  let text = JSON.stringify({ ...published, $defs: undefined });
  for (const name of Object.keys(definitions)) {
    const whole = JSON.stringify(Reflect.get(Reflect.get(published, '$defs') as object, name));
    const reference = JSON.stringify({ $ref: `#/$defs/${name}` });
    text = text.replaceAll(whole, reference);
    for (const [outer, one] of $defs) $defs.set(outer, one.replaceAll(whole, reference));
    $defs.set(name, whole);
  }
  const defined = [...$defs].map(([name, one]) => `${JSON.stringify(name)}:${one}`).join();
  return `${text.slice(0, -1)},"$defs":{${defined}}}`;
}

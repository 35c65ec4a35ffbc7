/** What may be written down of the objects that rules look at, by kind: worked out once for a set of rules. */
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import { either, fields, items } from './shape.ts';
import type { Part, Shape } from './shape.ts';

/** What the configuration and the rules in force say about recording: plain data. */
export interface AllowanceSource {
  readonly tenantLabel: string;
  /** Keys of labels that rules look at; the values of others are left out. */
  readonly labels: readonly string[];
  /** Annotations whose values are kept: exact keys, or prefixes that end in `*`. */
  readonly annotations: readonly string[];
  readonly groups: readonly string[];
  /** What expressions read of an object, by the plural of its resource; `*` for every one. */
  readonly reads?: ReadonlyMap<string, Part>;
}

export interface Allowance {
  /** What it was made of: another thread makes the same of it. */
  readonly source: AllowanceSource;
  readonly tenantLabel: string;
  readonly groups: ReadonlySet<string>;
  readonly annotations: (key: string) => boolean;
  readonly labels: (key: string) => boolean;
  /** What may be kept of an object of this kind, which is asked for as this resource. */
  readonly shapeOf: (kind: string, resource: string) => Shape;
}

const names = items(fields({ name: 'whole' }));
const windows = fields({ hostProcess: 'whole' });
const resources = fields({ claims: names, limits: 'whole', requests: 'whole' });

/** What boundaries and pod settings read of a container, and nothing else of it. */
const containers = items(
  fields({
    name: 'whole',
    ports: items(
      fields({
        containerPort: 'whole',
        hostIP: 'whole',
        hostPort: 'whole',
        name: 'whole',
        protocol: 'whole',
      }),
    ),
    resources,
    securityContext: fields({
      capabilities: 'whole',
      privileged: 'whole',
      procMount: 'whole',
      windowsOptions: windows,
    }),
  }),
);

const podSpec = fields({
  containers,
  ephemeralContainers: containers,
  hostIPC: 'whole',
  hostNetwork: 'whole',
  hostPID: 'whole',
  initContainers: containers,
  os: fields({ name: 'whole' }),
  resourceClaims: names,
  resources,
  schedulingGates: names,
  securityContext: fields({ windowsOptions: windows }),
  volumes: items(fields({ hostPath: fields({}), name: 'whole' })),
});

const mostShapes = 2_000;

/** Kinds that are made of secrets: nothing but their metadata is kept, whatever an expression reads. */
const secrets: ReadonlySet<string> = new Set(['Secret', 'TokenRequest', 'TokenReview']);

/** The allowance for a set of rules. */
export function allowanceOf(source: AllowanceSource): Allowance {
  const labels = new Set([...source.labels, source.tenantLabel, nameLabel]);
  const annotations = patterns(source.annotations);
  // What the API server keeps for itself is left out of every record, and not worth a word in each.
  const metadata = fields({
    annotations: { keys: annotations },
    creationTimestamp: 'never',
    deletionTimestamp: 'whole',
    generateName: 'whole',
    generation: 'never',
    labels: { keys: (key) => labels.has(key) },
    managedFields: 'never',
    name: 'whole',
    namespace: 'whole',
    ownerReferences: 'never',
    resourceVersion: 'never',
    uid: 'never',
  });
  const known = new Map<string, Shape>([
    ['Pod', fields({ apiVersion: 'whole', kind: 'whole', metadata, spec: podSpec })],
    ['NetworkPolicy', fields({ apiVersion: 'whole', kind: 'whole', metadata, spec: 'whole' })],
    ['Namespace', fields({ apiVersion: 'whole', kind: 'whole', metadata })],
  ]);
  const other = fields({ apiVersion: 'whole', kind: 'whole', metadata });
  const everywhere = source.reads?.get('*');
  const shapes = new Map<string, Shape>();
  const shapeOf = (kind: string, resource: string): Shape => {
    if (secrets.has(kind) || resource === 'secrets') return other;
    const base = known.get(kind) ?? other;
    return [source.reads?.get(resource), everywhere].reduce<Shape>(
      (shape, read) => (read === undefined ? shape : either(shape, read)),
      base,
    );
  };
  return {
    source,
    tenantLabel: source.tenantLabel,
    groups: new Set(source.groups),
    annotations,
    labels: (key) => labels.has(key),
    shapeOf: (kind, resource) => {
      const key = `${resource} ${kind}`;
      const made = shapes.get(key) ?? shapeOf(kind, resource);
      // A cluster serves some hundred kinds.
      if (shapes.size < mostShapes) shapes.set(key, made);
      return made;
    },
  };
}

function patterns(list: readonly string[]): (key: string) => boolean {
  const exact = new Set(list);
  const prefixes = list.flatMap((one) => (one.endsWith('*') ? [one.slice(0, -1)] : []));
  return (key) => exact.has(key) || prefixes.some((prefix) => key.startsWith(prefix));
}

// One CustomResourceDefinition: names, columns and the structural schema of a kind.
import type { TSchema } from '../../src/config/shape.ts';
import { structural } from './structural.ts';

/** What `kubectl get` shows. */
export interface Column {
  readonly name: string;
  readonly type: 'integer' | 'string' | 'date' | 'boolean';
  readonly jsonPath: string;
  readonly description?: string;
  /** 1: only with `-o wide`. */
  readonly priority?: number;
}

export interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly scope: 'Cluster' | 'Namespaced';
  readonly description: string;
  /** Schemas of the fields beside apiVersion, kind and metadata. */
  readonly spec: TSchema;
  readonly status: TSchema;
  readonly columns: readonly Column[];
  /** Rules over the whole object. */
  readonly validations?: readonly { readonly rule: string; readonly message: string }[];
}

const group = 'bulkhead.dev';
const text = { type: 'string' } as const;

/** The column of a condition. */
export const conditionColumn = (type: string): Column => ({
  name: type,
  type: 'string',
  jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
});

export const ageColumn: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** The definition, ready for `kubectl apply`. */
export const definition = (kind: Kind): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.plural}.${group}`, labels: { 'app.kubernetes.io/name': 'bulkhead' } },
  spec: {
    group,
    names: {
      kind: kind.kind,
      listKind: `${kind.kind}List`,
      plural: kind.plural,
      singular: kind.kind.toLowerCase(),
      shortNames: [kind.shortName],
      categories: ['bulkhead'],
    },
    scope: kind.scope,
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: kind.columns,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: kind.description,
            required: ['spec'],
            properties: {
              apiVersion: { ...text, description: 'Always bulkhead.dev/v1alpha1.' },
              kind: { ...text, description: `Always ${kind.kind}.` },
              metadata: { type: 'object' },
              spec: structural(kind.spec),
              status: structural(kind.status),
            },
            ...(kind.validations === undefined ? {} : { 'x-kubernetes-validations': kind.validations }),
          },
        },
      },
    ],
  },
});

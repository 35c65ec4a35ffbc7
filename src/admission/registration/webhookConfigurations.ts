/** Builds the two webhook configurations that make an API server ask Bulkhead (wire.md, "Registration"). */
import { Document, isScalar, visit } from 'yaml';
import type { Rules } from '../rules.ts';
import { clientConfig, ownNamespace } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { mutatingEntries, validatingEntries } from './entries.ts';
import { written } from './entry.ts';

/** A ValidatingWebhookConfiguration or MutatingWebhookConfiguration, ready to be applied. */
export interface WebhookConfiguration {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration';
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly webhooks: readonly object[];
}

/**
 * The configurations for the rules in force; the same rules always give the same text. The namespace of a Service endpoint is left out with the
 * exempt ones, or Bulkhead could not start. Both are given even where one has no entries, so that applying them takes away what stood there before.
 */
export function webhookConfigurations(
  rules: Rules,
  endpoint: Endpoint,
  name = 'bulkhead',
): readonly WebhookConfiguration[] {
  const own = ownNamespace(endpoint);
  const exempt = [
    ...new Set([...rules.tenancy.exemptNamespaces, ...(own === undefined ? [] : [own])]),
  ].sort();
  const metadata = {
    name,
    labels: { 'app.kubernetes.io/name': 'bulkhead' },
    annotations: { 'bulkhead.dev/rules': rules.hash },
  };
  const validate = clientConfig(endpoint, '/validate');
  const mutate = clientConfig(endpoint, '/mutate');
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata,
      webhooks: validatingEntries(rules, exempt).map((entry) => written(entry, validate)),
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata,
      webhooks: mutatingEntries(rules, exempt).map((entry) =>
        written(entry, mutate, { reinvocationPolicy: 'IfNeeded' }),
      ),
    },
  ];
}

/** YAML for `kubectl apply -f -`. */
export const printConfigurations = (configurations: readonly WebhookConfiguration[]): string =>
  configurations.map(print).join('---\n');

/** Lists of plain words on one line, where they fit: `[CREATE, UPDATE]`. */
function print(configuration: WebhookConfiguration): string {
  const document = new Document(configuration, { aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_key, list) => {
      list.flow = list.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 110, flowCollectionPadding: false });
}

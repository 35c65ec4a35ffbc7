/** Whom the registered webhook configurations trust, and which certificate the living replicas serve: what the phases of a rotation wait for. */
import { listAt, stringAt } from '../../k8s/json.ts';
import type { Replica } from '../replicas.ts';
import type { Holding } from './lasting.ts';

/** The caBundles of all entries, each once, as they are registered. */
export const bundlesOf = (configurations: readonly unknown[]): readonly string[] => [
  ...new Set(
    configurations
      .flatMap((configuration) => listAt(configuration, 'webhooks'))
      .map((entry) => stringAt(entry, 'clientConfig', 'caBundle') ?? ''),
  ),
];

/** The authorities that all of these trust. Where nothing is registered nobody is turned away. */
export function trustedByAll(bundles: readonly ReadonlySet<string>[]): Holding {
  const [first, ...others] = bundles;
  if (first === undefined) return 'any';
  return new Set([...first].filter((one) => others.every((other) => other.has(one))));
}

/** The certificate that every living replica reports; nothing where they differ, where one reports none, and where nobody is known to live. */
export function servedByAll(living: readonly Replica[] | undefined): Holding {
  const [first, ...others] = living ?? [];
  const one = first?.certificate;
  return one !== undefined && others.every(({ certificate }) => certificate === one)
    ? new Set([one])
    : undefined;
}

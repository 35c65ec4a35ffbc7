/** Worlds for the index: a crowd of namespaces of few sorts, and their paths found the plain way. */
import type { NetworkPolicy } from '../../../../src/k8s/networkPolicy.ts';
import { isEmpty } from '../../../../src/netpol/reach/connectionSet.ts';
import type { IndexContents, IndexedPod, ReachIndex } from '../../../../src/netpol/reach/index/reachIndex.ts';
import { Reachability } from '../../../../src/netpol/reach/reachability.ts';
import { ip, labels } from '../../concrete/cast.ts';

/** Many namespaces of few sorts, so that rules have more users than are looked at one by one. */
export const crowd: IndexContents['namespaces'] = Array.from({ length: 24 }, (_, at) => ({
  name: `n${at}`,
  labels: labels(['tenant=red env=prod', 'tenant=blue env=prod', 'tenant=blue env=dev', ''][at % 4] ?? ''),
}));

export const crowdPods: readonly IndexedPod[] = crowd.flatMap((namespace, at) =>
  // The third is one more of the first where addresses do not tell them apart.
  ['app=web', 'app=db tier=x', at % 5 === 0 ? 'app=web' : 'app=web tier=x'].map(
    (text, index): IndexedPod => ({
      kind: 'pod',
      namespace,
      name: `p${index}`,
      labels: labels(text),
      ips: at % 5 === 0 ? [] : [ip(`10.0.${at % 3}.${at}`), ...(at % 7 === 0 ? [ip(`fd00::${at}`)] : [])],
      hostNetwork: at === 3 && index === 1,
      ports: at % 2 === 0 ? [{ name: 'http', protocol: 'TCP', number: 80 + (index % 2) }] : [],
      several: at === 1,
    }),
  ),
);

export const everywhere = (templates: readonly NetworkPolicy[], skip: number): readonly NetworkPolicy[] =>
  crowd.flatMap(({ name: namespace }, at) =>
    templates
      .filter((_, index) => (at + index) % skip !== 0)
      .map((template, index) => ({
        ...template,
        metadata: { ...template.metadata, namespace, name: `t${index}` },
      })),
  );

/** `source destination` of every pair of namespaces with a path, by asking about every pair of pods. */
export function pathsIn(
  { namespaces, pods }: IndexContents,
  reaches: (source: IndexedPod, destination: IndexedPod) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { name: from } of namespaces) {
    for (const { name: to } of namespaces) {
      const some = pods.some(
        (source) =>
          source.namespace.name === from &&
          pods.some(
            (destination) =>
              destination.namespace.name === to &&
              (source !== destination || source.several === true) &&
              reaches(source, destination),
          ),
      );
      if (some) found.add(`${from} ${to}`);
    }
  }
  return found;
}

export function pathsOf(index: ReachIndex): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { name } of index.namespaces()) {
    index.eachSource(name, (source) => found.add(`${source} ${name}`));
  }
  return found;
}

export const exactly = (contents: IndexContents, ipBlockMatchesPods = true): ReadonlySet<string> => {
  const reachability = new Reachability(contents.policies, { ipBlockMatchesPods });
  return pathsIn(contents, (a, b) => !isEmpty(reachability.between(a, b)));
};

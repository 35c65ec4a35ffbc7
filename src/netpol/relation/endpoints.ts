/** Both ends of a flow in one box: the algebra's boxes know one subject and one peer, so the source is written into the subject's cube. */
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import type { Labels } from '../../k8s/labelSelector.ts';
import type { Box } from '../box.ts';
import type { Cube } from '../cube.ts';
import * as cubes from '../cube.ts';
import { contains, exactly, notAmong } from '../valueSet.ts';

/** Pods by the labels of their namespace and their own. */
export interface PodSet {
  readonly namespace: Cube;
  readonly pod: Cube;
}

const namespacePrefix = 'namespace ';
const podPrefix = 'pod ';

/** One cube that says both; a space cannot stand in a label key, so the prefixes never meet a user's key. */
export const joined = ({ namespace, pod }: PodSet): Cube =>
  new Map([
    ...[...namespace].map(([key, set]) => [namespacePrefix + key, set] as const),
    ...[...pod].map(([key, set]) => [podPrefix + key, set] as const),
  ]);

/** The inverse of {@link joined}. */
export function parted(cube: Cube): PodSet {
  const part = (prefix: string): Cube =>
    new Map(
      [...cube].flatMap(([key, set]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), set] as const] : [],
      ),
    );
  return { namespace: part(namespacePrefix), pod: part(podPrefix) };
}

/**
 * Namespaces whose labels are given. A cube over namespaces is taken apart into each of them that it selects, by name alone, and all others:
 * so two sides that know different labels of one namespace still speak of the same flows.
 */
export function byKnownName(cube: Cube, known: ReadonlyMap<string, Labels>): Cube[] {
  const others = cubes.constrain(cube, nameLabel, notAmong(known.keys()));
  const named = [...known].flatMap(([name, labels]): Cube[] => {
    const seen = new Map(labels).set(nameLabel, name);
    const selected = [...cube].every(([key, set]) => contains(set, seen.get(key)));
    return selected ? [new Map([[nameLabel, exactly(name)]])] : [];
  });
  return others === undefined ? named : [others, ...named];
}

/** A flow between pods: the source in `subject`, the destination as peer. */
export const betweenPods = (
  source: PodSet,
  destination: PodSet,
  { connections, portNames }: Pick<Box, 'connections' | 'portNames'>,
): Box => ({ subject: joined(source), peer: { sort: 'pods', ...destination }, connections, portNames });

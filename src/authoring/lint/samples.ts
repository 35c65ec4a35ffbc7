/** Namespaces made up so that what holds in all of them holds in every namespace that a Boundary can ever select. */
import { trustedKeys } from '../../boundary/boundary.ts';
import type { Boundary } from '../../boundary/boundary.ts';
import { allRules } from '../../boundary/boundary.ts';
import type { LabelSelector } from '../../k8s/labelSelector.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { nameLabel } from '../../k8s/namespaceFacts.ts';
import * as cubes from '../../netpol/cube.ts';
import * as values from '../../netpol/valueSet.ts';

/** More combinations of label values than this are not tried: then nothing is claimed. */
const mostSamples = 64;

/**
 * One namespace for every combination of label values that the Boundary can tell apart: each value that it names, one that it does not name,
 * and the missing label. It compares a label with its constants and with itself only, so a claim about its rules that holds in all of these
 * holds in all namespaces. Undefined where there are too many, or where no namespace can be selected.
 */
export function samplesOf(boundary: Boundary): readonly NamespaceFacts[] | undefined {
  const selected = cubes.cubeOf(boundary.selector, cubes.everyNamespace);
  if (selected === undefined) return undefined;
  const constants = constantsOf(boundary);
  let samples: ReadonlyMap<string, string>[] = [new Map()];
  for (const key of [nameLabel, ...[...trustedKeys(boundary)].sort()]) {
    const choices = choicesOf(selected.get(key) ?? values.anything, constants.get(key) ?? new Set());
    samples = samples.flatMap((labels) =>
      choices.map((value) => (value === undefined ? labels : new Map(labels).set(key, value))),
    );
    if (samples.length > mostSamples) return undefined;
  }
  return samples.map((labels) => {
    const rest = new Map(labels);
    rest.delete(nameLabel);
    return { name: labels.get(nameLabel) ?? 'example', labels: rest, terminating: false };
  });
}

function choicesOf(set: values.ValueSet, constants: ReadonlySet<string>): readonly (string | undefined)[] {
  const named = [...new Set([...constants, ...set.values])].sort();
  let fresh = 'example';
  while (named.includes(fresh)) fresh += '-x';
  return [
    ...[fresh, ...named].filter((value) => values.contains(set, value)),
    ...(set.absent ? [undefined] : []),
  ];
}

/** The values that the Boundary's namespace selectors name, by key. */
function constantsOf(boundary: Boundary): ReadonlyMap<string, ReadonlySet<string>> {
  const constants = new Map<string, Set<string>>();
  const add = (key: string, listed: readonly string[]): void => {
    const known = constants.get(key) ?? new Set();
    for (const value of listed) known.add(value);
    constants.set(key, known);
  };
  const addAll = (selector: LabelSelector | undefined): void => {
    for (const [key, value] of selector?.matchLabels ?? []) add(key, [value]);
    for (const { key, values: listed } of selector?.matchExpressions ?? []) add(key, listed);
  };
  addAll(boundary.selector);
  for (const { peers } of allRules(boundary)) for (const peer of peers) addAll(peer.namespaceSelector);
  return constants;
}

/** One scan: objects go in one by one, findings come out, and at its end what is missing. */
import { floorName } from '../../boundary/invariants/policies/floor.ts';
import type { Attributes } from '../../k8s/attributes.ts';
import type { JsonObject } from '../../k8s/json.ts';
import type { NamespaceFacts } from '../../k8s/namespaceFacts.ts';
import { fullBudget } from '../../netpol/cover.ts';
import { isPolicy } from '../evaluate.ts';
import type { StoredNamespace } from '../manifests/inventory.ts';
import type { Rules } from '../rules.ts';
import type { Door, World } from '../world.ts';
import type { Finding } from './finding.ts';
import { judgeFloorOf } from './floors.ts';
import { judgeStored, tenantOfNamespace } from './stored.ts';

/**
 * Judges what is stored in these namespaces, which are all that there are: an object in another one is a finding (`namespace.absent`), for nobody
 * can tell what guards it. Holds no object that it has judged but the floors.
 */
export class Scan {
  readonly world: World;
  private readonly door: Exclude<Door, 'mutate'>;
  private readonly namespaces: readonly NamespaceFacts[];
  private readonly floors = new Map<string, JsonObject>();
  private readonly pods = new Map<string, number>();

  /** `counting`: the moment by which exceptions count, without which none does, and those that are not among the rules. `toApply`: the objects are not stored yet, so what Bulkhead adds to them counts as there, floors included. */
  constructor(
    rules: Rules,
    stored: readonly StoredNamespace[],
    toApply = false,
    counting: Pick<World, 'now' | 'exceptionsOf'> = {},
  ) {
    this.door = toApply ? 'review' : 'validate';
    const byName = new Map(stored.map((one) => [one.facts.name, one]));
    this.namespaces = stored.map(({ facts }) => facts);
    this.world = {
      rules,
      lookup: (name) => byName.get(name)?.facts ?? 'absent',
      known: () => this.namespaces,
      contentsOf: () => 'unavailable',
      orderedDeletion: true,
      budget: fullBudget,
      ...counting,
      namespaceObjects: (name) => byName.get(name)?.object,
    };
  }

  /** What is wrong with an object (asCreated). */
  judge(attributes: Attributes): readonly Finding[] {
    const { namespace, name, object, group, resource } = attributes;
    if (isPolicy(attributes) && name === floorName && object !== null) this.floors.set(namespace, object);
    if (group === '' && resource === 'pods') this.pods.set(namespace, (this.pods.get(namespace) ?? 0) + 1);
    return judgeStored(attributes, this.world, this.door);
  }

  /** The floors that are missing or incomplete in the namespaces that `asked` names; for when every NetworkPolicy and Pod was judged. */
  judgeFloors(asked: (namespace: string) => boolean): readonly Finding[] {
    return [...this.floorFindings(asked)].flat();
  }

  /** The same, namespace by namespace, for who has other things to do in between. */
  *floorFindings(asked: (namespace: string) => boolean): Generator<readonly Finding[]> {
    if (this.door === 'review') return;
    for (const namespace of this.namespaces) {
      if (!asked(namespace.name)) continue;
      const floor = this.floors.get(namespace.name);
      yield judgeFloorOf({ namespace, floor, pods: this.pods.get(namespace.name) ?? 0 }, this.world.rules);
    }
  }

  /** How many namespaces each tenant has; those without a tenant stand under undefined. */
  tenants(): ReadonlyMap<string | undefined, number> {
    const count = new Map<string | undefined, number>();
    for (const namespace of this.namespaces) {
      const tenant = tenantOfNamespace(namespace, this.world.rules);
      count.set(tenant, (count.get(tenant) ?? 0) + 1);
    }
    return count;
  }
}

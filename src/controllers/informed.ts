/** Lets a controller work only while what it goes by is known: what is not known is neither gone nor to be changed. */
import type { Controller } from './controller.ts';
import type { Surroundings } from './surroundings.ts';

/** How soon it is asked again. */
const againMillis = 1_000;

const onlyWhile = (controller: Controller, isKnown: () => boolean): Controller => ({
  name: controller.name,
  keys: () => controller.keys(),
  reconcile: async (key, signal) =>
    isKnown() ? controller.reconcile(key, signal) : { outcome: 'again', afterMillis: againMillis },
});

/** While the namespaces are known as they are now. */
export const whileFresh = (controller: Controller, { isFresh }: Pick<Surroundings, 'isFresh'>): Controller =>
  onlyWhile(controller, isFresh);

/** While rules of the cluster are in force: by those of files alone nothing that is written would be right. */
export const whileInForce = (
  controller: Controller,
  { rollout }: Pick<Surroundings, 'rollout'>,
): Controller => onlyWhile(controller, () => rollout().inForce);

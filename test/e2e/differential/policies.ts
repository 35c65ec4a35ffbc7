// The corpus: every policy case, by topic.
import type { PolicyCase } from './case.ts';
import { applications } from './policies/applications.ts';
import { audits } from './policies/audits.ts';
import { budgets } from './policies/budgets.ts';
import { conditions } from './policies/conditions.ts';
import { doors } from './policies/doors.ts';
import { kinds } from './policies/kinds.ts';
import { matching } from './policies/matching.ts';
import { messages } from './policies/messages.ts';
import { parameterised } from './policies/parameterised.ts';
import { patches } from './policies/patches.ts';
import { refusals } from './policies/refusals.ts';
import { sequences } from './policies/sequences.ts';
import { updates } from './policies/updates.ts';
import { variables } from './policies/variables.ts';
import { workloads } from './policies/workloads.ts';

const topics = {
  workloads,
  messages,
  conditions,
  variables,
  parameters: parameterised,
  matching,
  kinds,
  updates,
  doors,
  budgets,
  audits,
  applications,
  patches,
  sequences,
  refusals,
};

export const policyCases: readonly PolicyCase[] = Object.entries(topics).flatMap(([topic, cases]) =>
  cases.map((one) => ({ ...one, name: `${topic}: ${one.name}` })),
);

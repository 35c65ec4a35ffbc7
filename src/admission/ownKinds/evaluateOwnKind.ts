/** Evaluates a request about one of Bulkhead's own kinds. */
import type { Attributes } from '../../k8s/attributes.ts';
import { notApplicable } from '../decision.ts';
import type { Evaluation } from '../decision.ts';
import type { World } from '../world.ts';
import { evaluateException } from './evaluateException.ts';
import { judgeRecord } from './judgeRecord.ts';
import { judgeRule } from './judgeRule.ts';
import { isException } from './ownKind.ts';

/** By resource; subresources are judged by those who know what is written there, and kinds that are not listed are free. */
export function evaluateOwnKind(attributes: Attributes, world: World): Evaluation {
  if (isException(attributes)) return evaluateException(attributes, world);
  if (attributes.subresource !== '') return notApplicable;
  switch (attributes.resource) {
    case 'boundaries':
    case 'guardrailpolicies':
      return { applied: true, violations: judgeRule(attributes, world.rules), warnings: [] };
    case 'namespacerecords':
      return { applied: true, violations: judgeRecord(attributes, world), warnings: [] };
    default:
      return notApplicable;
  }
}

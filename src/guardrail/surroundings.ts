/** What guardrails may look at beside the request. */
import type { ExtensionFunctions } from '../cel/evaluation/frame.ts';
import type { NamespaceLookup } from '../k8s/namespaceFacts.ts';
import type { NamespaceObjects } from './variables.ts';

export interface Surroundings {
  readonly lookup: NamespaceLookup;
  readonly namespaceObjects: NamespaceObjects;
  /** Implementations of the functions beyond Kubernetes' library. */
  readonly functions: ExtensionFunctions;
}

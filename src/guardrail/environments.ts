/** The environments that expressions of policies are compiled in, made once for all policies of a kind. */
import { type Environment, plainEnvironment } from '../cel/environment.ts';
import type { Extension } from '../cel/extension.ts';
import { namespaceType, requestType } from '../cel/kubernetesTypes.ts';
import { dyn } from '../cel/typing/type.ts';

/** One for everything that judges, one for mutations, which may build objects. */
export interface Environments {
  readonly plain: Environment;
  readonly mutating: Environment;
}

/** Environments with and without `params`: a policy without paramKind has no such variable, as in kube-apiserver. */
export function environmentsFor(extensions: readonly Extension[]): (withParams: boolean) => Environments {
  const make = (withParams: boolean): Environments => {
    const variables = {
      object: dyn,
      oldObject: dyn,
      request: requestType,
      namespaceObject: namespaceType,
      ...(withParams ? { params: dyn } : {}),
    };
    return {
      plain: plainEnvironment(variables, { extensions }),
      mutating: plainEnvironment(variables, { extensions, mutating: true }),
    };
  };
  const without = make(false);
  const withThem = make(true);
  return (withParams) => (withParams ? withThem : without);
}

/** Looks now and then which kinds of policy the API server serves, and tells those that nobody guards: they are a way past every Boundary. */
import { unregisteredPolicyKinds } from '../../admission/registration/policyKinds.ts';
import type { ServedKind } from '../../admission/registration/policyKinds.ts';
import type { Rules } from '../../admission/rules.ts';
import { listAt, stringAt } from '../../k8s/json.ts';
import type { Api } from '../api.ts';
import { right } from '../controller.ts';
import type { Controller } from '../controller.ts';
import type { Surroundings } from '../surroundings.ts';

export interface PolicyKindsOptions {
  readonly api: Api;
  readonly around: Pick<Surroundings, 'rules'>;
  /** Called when what is served became something else. */
  readonly changed: () => void;
}

export interface PolicyKinds extends Controller {
  /** What keeps a Boundary from being a proof: each kind that is served and not guarded; empty where there is none. */
  readonly lacking: () => readonly string[];
}

const path = '/apis';
/** Aggregated discovery, which API servers from 1.30 on answer with: every group, version and resource at once. */
const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const askMillis = 10_000;

/** One key. What a server that is away would serve cannot be written either, so it is not missed. */
export function policyKinds({ api, around, changed }: PolicyKindsOptions): PolicyKinds {
  let served: readonly ServedKind[] | undefined;
  /** Asked for by every Boundary's status, and the same for all of them. */
  let last: { readonly rules: Rules; readonly lacking: readonly string[] } | undefined;
  return {
    name: 'policyKinds',
    keys: () => ['served'],
    reconcile: async () => {
      const asked = await api.ask({ path, accept, deadlineMillis: askMillis });
      if (!asked.ok) return { outcome: 'failed', ...asked.failure };
      if (stringAt(asked.body, 'kind') !== 'APIGroupDiscoveryList')
        return { outcome: 'failed', message: 'GET /apis was not answered with all that is served' };
      const found = writable(asked.body);
      const differs = JSON.stringify(found) !== JSON.stringify(served);
      served = found;
      last = undefined;
      if (differs) changed();
      return right;
    },
    lacking: () => {
      if (served === undefined) return ['not known yet which kinds of policy are served'];
      const rules = around.rules();
      if (last?.rules !== rules)
        last = { rules, lacking: unregisteredPolicyKinds(rules, served).map(toWords) };
      return last.lacking;
    },
  };
}

const toWords = ({ group, kind }: ServedKind): string =>
  `${kind} (${group}) is served and not guarded; write a GuardrailPolicy on it`;

const writing: readonly unknown[] = ['create', 'update', 'patch'];

/** Every kind that can be written, once, whatever its versions. */
function writable(discovery: unknown): readonly ServedKind[] {
  const kinds = new Map<string, ServedKind>();
  for (const item of listAt(discovery, 'items')) {
    const group = stringAt(item, 'metadata', 'name') ?? '';
    for (const version of listAt(item, 'versions'))
      for (const one of listAt(version, 'resources')) {
        const resource = stringAt(one, 'resource') ?? '';
        const kind = stringAt(one, 'responseKind', 'kind') ?? '';
        if (listAt(one, 'verbs').some((verb) => writing.includes(verb)))
          kinds.set(`${group}/${resource}`, { group, kind, resource });
      }
  }
  return [...kinds.values()];
}

/** Tells of denials with Events on the rules that denied: so few that an Event for each denial cannot be asked for by anybody. */
import type { Api } from './api.ts';
import type { Timing } from './timing.ts';

/** What a rule found: only denials of Boundaries and guardrails become Events. `subject` is the kind of the rule's own object. */
export interface Denial {
  readonly subject: string;
  readonly rule: string;
  readonly action: string;
  readonly code: string;
}

export interface DenialEventsOptions {
  readonly api: Api;
  readonly timing: Timing;
  readonly date: () => Date;
  readonly failed: (message: string) => void;
}

/** Events of one rule follow each other no closer than this, and those that come together are one. */
const everyMillis = 60_000;
const settleMillis = 1_000;
/** Rules that are told of at a time; what denies beyond them is counted by the metrics and in the log. */
const mostRules = 50;
const writeMillis = 10_000;

const groups: ReadonlyMap<string, string> = new Map([
  ['Boundary', 'bulkhead.dev/v1alpha1'],
  ['GuardrailPolicy', 'bulkhead.dev/v1alpha1'],
  ['ValidatingAdmissionPolicy', 'admissionregistration.k8s.io/v1'],
]);

/** Takes note of what rules found, in no time; Events are written beside, by each replica for what it denied, until `signal` is aborted. */
export function denialEvents(
  options: DenialEventsOptions,
  signal: AbortSignal,
): (all: readonly Denial[]) => void {
  const { timing } = options;
  const waiting = new Map<string, Map<string, number>>();
  const last = new Map<string, number>();
  const tell = async (key: string): Promise<void> => {
    const since = timing.now() - (last.get(key) ?? -Infinity);
    await timing.pause(Math.max(settleMillis, everyMillis - since), signal);
    const codes = waiting.get(key);
    waiting.delete(key);
    if (signal.aborted || codes === undefined) return;
    if (last.size >= 4 * mostRules) last.clear();
    last.set(key, timing.now());
    await write(options, key, codes);
  };
  return (all) => {
    for (const { subject, rule, action, code } of all) {
      if (action !== 'Deny' || !groups.has(subject)) continue;
      const key = `${subject} ${rule}`;
      const known = waiting.get(key);
      if (known !== undefined) known.set(code, (known.get(code) ?? 0) + 1);
      else if (waiting.size < mostRules) {
        waiting.set(key, new Map([[code, 1]]));
        void tell(key);
      }
    }
  };
}

/** The message holds codes and counts, nothing of whoever was denied. Events about what has no namespace are in `default`. */
async function write(
  { api, date, failed }: DenialEventsOptions,
  key: string,
  codes: ReadonlyMap<string, number>,
): Promise<void> {
  const [kind = '', name = ''] = key.split(' ');
  const now = date();
  const time = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const told = [...codes].map(([code, count]) => `${code} (${count})`).join(', ');
  const count = [...codes.values()].reduce((sum, one) => sum + one, 0);
  const body = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name.slice(0, 200)}.${now.getTime().toString(16)}`, namespace: 'default' },
    involvedObject: { apiVersion: groups.get(kind), kind, name },
    type: 'Warning',
    reason: 'Denied',
    message: `denied: ${told}; bulkhead audit query --rule ${name} tells which requests`,
    source: { component: 'bulkhead' },
    firstTimestamp: time,
    lastTimestamp: time,
    count,
  };
  const path = '/api/v1/namespaces/default/events';
  const asked = await api.ask({ method: 'POST', path, body, deadlineMillis: writeMillis });
  if (!asked.ok) failed(asked.failure.message);
}

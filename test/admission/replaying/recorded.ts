/** Records as the server makes them: a request is decided, sealed as it would be for the log, and read back. */
import { readPast } from '../../../src/admission/replaying/past.ts';
import type { Past } from '../../../src/admission/replaying/past.ts';
import { isObject } from '../../../src/k8s/json.ts';
import type { JsonObject } from '../../../src/k8s/json.ts';
import { readSchema } from '../../../src/config/readSchema.ts';
import { configuration } from '../../../src/config/schema.ts';
import { finished } from '../../../src/decisions/event/seal.ts';
import { recorder } from '../../../src/server/recording.ts';
import { send, worldOf } from '../scenario.ts';
import type { Sent } from '../scenario.ts';

const settled = readSchema(configuration, {
  apiVersion: 'config.bulkhead.dev/v1alpha1',
  kind: 'Configuration',
});

/** The record of a decision under `rules`, as the text of a JSON object without its place in a chain. */
export function recordText(
  manifest: JsonObject,
  rules: string,
  sent: Sent = {},
  number = 1,
  now?: number,
): string {
  if (!settled.ok) throw new Error(JSON.stringify(settled.issues));
  const world = { ...worldOf(rules), ...(now === undefined ? {} : { now }) };
  const outcome = send(manifest, world, sent, 'validate');
  const { seal } = recorder({
    config: settled.value,
    now: () => Date.UTC(2026, 10, 21),
    keep: () => undefined,
    lost: () => undefined,
    refuses: () => false,
  });
  const identity = {
    decisionId: `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    rulesHash: world.rules.hash,
  };
  const sealed = seal('validate', outcome, identity, world);
  if (sealed === undefined) throw new Error('the decision leaves no record');
  return finished(sealed).event;
}

export function pastOf(text: string): Past {
  const event: unknown = JSON.parse(text);
  const past = isObject(event) ? readPast(event) : undefined;
  if (past === undefined) throw new Error('the record cannot be read back');
  return past;
}

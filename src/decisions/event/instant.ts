/** The texts of instants. */

let latest = 0;
let text = new Date(latest).toISOString();
let second = 0;
/** Its text, up to the dot and with it. */
let beforeMillis = text.slice(0, -4);

/**
 * Milliseconds since the epoch in RFC 3339, in UTC. Decisions of the same millisecond share a text, those of the same second all of it but three digits: making one takes
 * half as long as all the rest of a record's head.
 */
export function instant(millis: number): string {
  if (millis === latest) return text;
  const within = millis - second;
  if (within >= 0 && within < 1_000 && Number.isInteger(within)) {
    text = `${beforeMillis}${within < 10 ? '00' : within < 100 ? '0' : ''}${within}Z`;
  } else {
    text = new Date(millis).toISOString();
    second = Math.floor(millis / 1_000) * 1_000;
    beforeMillis = text.slice(0, -4);
  }
  latest = millis;
  return text;
}

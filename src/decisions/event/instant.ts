/** The texts of instants. */

let latest = 0;
let text = new Date(latest).toISOString();

/** Milliseconds since the epoch in RFC 3339, in UTC. Decisions of the same millisecond share a text: making one takes half as long as all the rest of a record's head. */
export function instant(millis: number): string {
  if (millis !== latest) {
    text = new Date(millis).toISOString();
    latest = millis;
  }
  return text;
}

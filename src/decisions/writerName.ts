/** Names of writers: a replica and the moment at which it started, so that the names of one replica sort by time. */

/** `replica/2026-11-21T17:00:00.000Z-4f2a`; `chance` tells apart two starts within a millisecond. */
export const writerName = (replica: string, start: Date, chance: string): string =>
  `${replica}/${start.toISOString()}-${chance}`;

/** What stands before the last slash. */
export const replicaOf = (writer: string): string => writer.slice(0, Math.max(0, writer.lastIndexOf('/')));

/** A replica's name as it may stand in a writer's: letters, digits, dots and hyphens, at most 63 of them. */
export const replicaName = (text: string): string =>
  text.replaceAll(/[^A-Za-z0-9.-]/g, '-').slice(0, 63) || 'bulkhead';

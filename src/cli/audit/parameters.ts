/** The filters of `audit` commands as options, and as the parameters that the question is read from. */
import type { Command } from '@commander-js/extra-typings';
import { gathered } from '../../decisions/query/parameters.ts';
import { several } from '../command.ts';

/** Adds an option for every filter; one that may be repeated asks for any of its values. */
export const withFilters = <A extends unknown[], O extends Record<string, unknown>>(command: Command<A, O>) =>
  command
    .option('--from <time>', 'decided at or after: 2026-11-21, 2026-11-21T17:00:00Z, or 2h (two hours ago)')
    .option('--until <time>', 'decided before')
    .option('--decision <verdict>', 'allowed, patched, warned, denied or errored; may be repeated', several)
    .option('--tenant <name>', 'the tenant of the namespace; may be repeated', several)
    .option('--peer-tenant <name>', 'the tenant at the other end of a refused flow; may be repeated', several)
    .option('-n, --namespace <name>', 'the namespace; may be repeated', several)
    .option('--kind <kind>', 'the kind, such as NetworkPolicy; may be repeated', several)
    .option('--name <name>', 'the name of the object; may be repeated', several)
    .option('--object <object>', 'GROUP/KIND/NAMESPACE/NAME; may be repeated', several)
    .option('--user <name>', 'who asked; may be repeated', several)
    .option('--group <name>', 'a recorded group of that user; may be repeated', several)
    .option('--rule <name>', 'a violated Boundary, guardrail or setting; may be repeated', several)
    .option('--severity <level>', 'the severity of a violated guardrail; may be repeated', several)
    .option('--exception <namespace/name>', 'an exception that was used; may be repeated', several)
    .option('--dry-run <bool>', 'true or false', several)
    .option('--operation <operation>', 'CREATE, UPDATE, DELETE or CONNECT; may be repeated', several)
    .option('--door <door>', 'validate, mutate, scan or review; may be repeated', several)
    .option('--rules-hash <hash>', 'the version of the rules in force; may be repeated', several)
    .option('--entry <kind>', 'Decision (default), Retry, Gap, Read, Start, Stop or Retention', several)
    .option('--text <words>', 'words that all occur in the messages; word* for a beginning');

/** Options as named texts; what is no parameter is passed over. */
export function parametersOf(
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const pairs: [string, string][] = [];
  for (const name of names) {
    const value = Object.hasOwn(options, name) ? options[name] : undefined;
    for (const one of Array.isArray(value) ? value : [value])
      if (typeof one === 'string') pairs.push([name, one]);
  }
  return gathered(pairs);
}

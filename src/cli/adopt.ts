/** `bulkhead adopt`: an administrator vouches for the protected labels of namespaces, or forgets names that nobody has any more. */
import type { Adoption } from '../cluster/nameRecords.ts';
import { usualCluster, withApiServer } from './clusterAccess.ts';
import type { NamedCluster } from './clusterAccess.ts';
import { several } from './command.ts';
import type { Definition } from './command.ts';
import type { ExitCode, Terminal } from './terminal.ts';

interface Options extends NamedCluster {
  readonly all?: true;
  readonly forget?: readonly string[];
}

const more = `
Namespaces that were there before Bulkhead may carry labels that anybody wrote. Look at them, then vouch for them; a Boundary is Proven only when
every namespace that it selects is attested. The name of a deleted namespace stays with its labels until it is forgotten.

Examples:
  kubectl get namespacerecords
  bulkhead adopt payments orders
  bulkhead adopt --all --context production
  bulkhead adopt --forget old-shop`;

export const define: Definition = (command, { terminal, run }) =>
  command
    .argument('[namespaces...]', 'namespaces whose protected labels are right')
    .option('--all', 'every namespace that has a record; it prints what it attests')
    .option('--forget <name>', 'frees the name of a namespace that is gone; may be repeated', several)
    .option('--kubeconfig <file>', "the cluster (default: kubectl's; in a pod its own)")
    .option('--context <name>', 'the context of the kubeconfig (default: its current one)')
    .addHelpText('after', more)
    .action((namespaces, options) => run(() => adopt(namespaces, options, terminal)));

async function adopt(namespaces: readonly string[], options: Options, terminal: Terminal): Promise<ExitCode> {
  const { all, forget: gone = [] } = options;
  if (all !== true && namespaces.length + gone.length === 0) {
    terminal.stderr.write('error: no namespace is named; name some, or say --all or --forget NAME\n');
    return 2;
  }
  return withApiServer(await usualCluster(options, terminal), terminal, async (server) => {
    const { attest, forget, livingRecords } = await import('../cluster/nameRecords.ts');
    const known = all === true ? await livingRecords(server) : undefined;
    if (known?.ok === false) {
      terminal.stderr.write(`error: ${known.failure.message}\n`);
      return 3;
    }
    const names = [...new Set([...namespaces, ...(known?.records.map(({ name }) => name) ?? [])])];
    const done: Adoption[] = [];
    for (const name of names) done.push(await attest(server, name));
    for (const name of gone) done.push(await forget(server, name));
    for (const one of done) tell(one, terminal);
    return done.some(({ outcome }) => outcome === 'refused') ? 1 : 0;
  });
}

function tell(adoption: Adoption, terminal: Terminal): void {
  if (adoption.outcome === 'refused') {
    terminal.stderr.write(`error: ${adoption.name}: ${adoption.message}\n`);
    return;
  }
  const word = { attested: 'attested', already: 'attested already', forgotten: 'forgotten' }[
    adoption.outcome
  ];
  const labels = adoption.labels.map(([key, value]) => ` ${key}=${value}`).join('');
  terminal.stdout.write(`${adoption.name}: ${word}${labels}\n`);
}

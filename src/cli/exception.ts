/** `bulkhead exception`: lists exceptions, and approves or refuses them under the user's own identity. */
import type { Command } from '@commander-js/extra-typings';
import type { ApiServer } from '../cluster/apiServer.ts';
import { plain } from '../boundary/describe.ts';
import { usualCluster, withApiServer } from './clusterAccess.ts';
import type { NamedCluster } from './clusterAccess.ts';
import { columns } from './columns.ts';
import type { Definition, Session } from './command.ts';
import type { ExitCode, Terminal } from './terminal.ts';

const more = `
An exception counts only once somebody of tenancy.roles.exceptionApprovers has approved it, who is neither its creator nor a ServiceAccount of its
namespace. Who approved what, and when, is written by Bulkhead from the request itself. Another spec needs another approval.

Examples:
  bulkhead create exception payments/provider > exception.yaml
  kubectl apply -f exception.yaml
  bulkhead exception list
  bulkhead exception approve payments/provider
  bulkhead exception refuse payments/provider --context production`;

const connected = (
  command: Command,
): Command<[], { kubeconfig?: string | undefined; context?: string | undefined }> =>
  command
    .option('--kubeconfig <file>', "the cluster (default: kubectl's; in a pod its own)")
    .option('--context <name>', 'the context of the kubeconfig (default: its current one)');

export const define: Definition = (command, session) => {
  command.addHelpText('after', more);
  decision(command, session, 'approve', 'Approved', 'lets exceptions count, each as it is now');
  decision(command, session, 'refuse', 'Refused', 'keeps exceptions from counting, or ends them');
  connected(part(command, 'list', 'lists exceptions, and how each stands'))
    .option('-n, --namespace <name>', 'only those of one namespace')
    .action((options) =>
      session.run(() =>
        withServer(options, session.terminal, (server) => list(server, options.namespace, session.terminal)),
      ),
    );
  return command;
};

function part(command: Command, name: string, summary: string): Command {
  const made = command.command(name).summary(summary);
  return made
    .description(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`)
    .showHelpAfterError(`Try: bulkhead exception ${name} --help`);
}

function decision(
  command: Command,
  { terminal, run }: Session,
  name: string,
  state: 'Approved' | 'Refused',
  summary: string,
): void {
  connected(part(command, name, summary))
    .argument('<exceptions...>', 'NAMESPACE/NAME of each')
    .action((keys, options) =>
      run(() => withServer(options, terminal, (server) => decideAll(server, keys, state, terminal))),
    );
}

const withServer = async (
  named: NamedCluster,
  terminal: Terminal,
  body: (server: ApiServer) => Promise<ExitCode>,
): Promise<ExitCode> => withApiServer(await usualCluster(named, terminal), terminal, body);

async function decideAll(
  server: ApiServer,
  keys: readonly string[],
  state: 'Approved' | 'Refused',
  terminal: Terminal,
): Promise<ExitCode> {
  const { decideException } = await import('../cluster/exceptionApproval.ts');
  let failed = false;
  for (const key of keys) {
    const decided = await decideException(server, key, state);
    if (!decided.ok) {
      terminal.stderr.write(`error: ${key}: ${decided.message}\n`);
      failed = true;
      continue;
    }
    const { expiresAt } = decided.exception;
    const until = state === 'Approved' ? ` until ${new Date(expiresAt).toISOString()}` : '';
    terminal.stdout.write(`${key}: ${state.toLowerCase()}${until}: ${plain(decided.reason, 200)}\n`);
  }
  return failed ? 1 : 0;
}

async function list(server: ApiServer, namespace: string | undefined, terminal: Terminal): Promise<ExitCode> {
  const { listExceptions } = await import('../cluster/exceptionApproval.ts');
  const listed = await listExceptions(server, namespace);
  if (!listed.ok) {
    terminal.stderr.write(`error: ${listed.failure.message}\n`);
    return 3;
  }
  const rows = listed.exceptions.map(({ name, state, by, expires, category, reason }) => [
    name,
    state,
    plain(by, 60) || '-',
    expires,
    category,
    plain(reason, 100),
  ]);
  if (rows.length === 0) terminal.stderr.write('no exceptions\n');
  else
    terminal.stdout.write(
      columns([['NAME', 'STATE', 'APPROVED BY', 'EXPIRES', 'CATEGORY', 'REASON'], ...rows]),
    );
  return 0;
}

/** `bulkhead webhooks`: the two webhook configurations for the rules in force, for `kubectl apply -f -`; their removal; whether who is registered answers. */
import { join } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import { readEndpoint } from '../../admission/registration/endpoint.ts';
import type { Endpoint } from '../../admission/registration/endpoint.ts';
import {
  printConfigurations,
  webhookConfigurations,
} from '../../admission/registration/webhookConfigurations.ts';
import type { Read } from '../../config/issue.ts';
import { ensureCertificates } from '../../server/tls/directory.ts';
import { readAuthorityFile } from '../authorityFile.ts';
import { several } from '../command.ts';
import type { Definition } from '../command.ts';
import { checkWebhooks } from './check.ts';
import { tellIssues } from '../diagnostics.ts';
import { load } from '../loading.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { deleteWebhooks } from './deletion.ts';

interface Options {
  readonly url?: string | undefined;
  readonly service?: string | undefined;
  readonly rules: readonly string[];
  readonly config?: string | undefined;
  readonly state: string;
  readonly ca?: string | undefined;
  readonly name?: string | undefined;
  readonly delete?: true;
  readonly check?: true;
  readonly only?: 'validating' | 'mutating' | undefined;
  readonly kubeconfig?: string | undefined;
  readonly output: 'yaml' | 'json';
}

const more = `
The API server trusts the authority in the state directory of "bulkhead serve" (made here where it is missing), that of the configuration
(certificates.caFile), or the one that --ca names. Print them again whenever the Boundaries change: each has an entry of its own. A process with a
cluster and webhook.service or webhook.url in its configuration registers itself and keeps the registration; --delete is for its end. --check asks at that
address as an API server would: whether it is ready, and whether it refuses what nobody may write.

Examples:
  bulkhead webhooks --url https://127.0.0.1:8443 --rules policies/tenant-isolation | kubectl apply -f -
  bulkhead webhooks --service bulkhead-system/bulkhead --rules policies/tenant-isolation --ca ca.crt
  bulkhead webhooks --check --service bulkhead-system/bulkhead --ca ca.crt
  bulkhead webhooks --delete --kubeconfig ~/.kube/config`;

const none: readonly string[] = [];

export const define: Definition = (command, { terminal, run }) =>
  command
    .option('--url <url>', 'where API servers reach Bulkhead: https://HOST:PORT')
    .option(
      '--service <ns/name>',
      'the Service through which they reach it: NAMESPACE/NAME or NAMESPACE/NAME:PORT',
    )
    .option(
      '--rules <path>',
      'Boundaries: a file or directory; may be repeated (default: those that ship)',
      several,
      none,
    )
    .option('--config <file>', 'the configuration of tenants and cluster')
    .option('--state <directory>', 'where the own CA is kept; created', '.bulkhead')
    .option('--ca <file>', 'the PEM file of the authority that signed the serving certificate')
    .option('--name <name>', 'the name of both configurations (default: webhook.name of the configuration)')
    .addOption(
      new Option(
        '--only <which>',
        'prints one of the two: files that API servers read hold one kind each',
      ).choices(['validating', 'mutating'] as const),
    )
    .option('--delete', 'deletes both from a cluster instead: nothing is guarded any more')
    .option('--check', 'asks there instead: whether it answers, and refuses what nobody may write')
    .option('--kubeconfig <file>', 'with --delete: the cluster; in a pod its own cluster is found')
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['yaml', 'json'] as const)
        .default('yaml'),
    )
    .addHelpText('after', more)
    .action((options) =>
      run(() => {
        if (options.delete === true) return remove(options, terminal);
        return options.check === true ? check(options, terminal) : print(options, terminal);
      }),
    );

async function remove(options: Options, terminal: Terminal): Promise<ExitCode> {
  const { config, kubeconfig } = options;
  if (options.name !== undefined) return deleteWebhooks({ name: options.name, kubeconfig }, terminal);
  const loaded = await load({ config, rules: [], inventory: [] }, terminal);
  if (!loaded.ok) {
    tellIssues(loaded.issues, terminal);
    return 2;
  }
  return deleteWebhooks({ name: loaded.value.config.webhook.name, kubeconfig }, terminal);
}

async function check(options: Options, terminal: Terminal): Promise<ExitCode> {
  const endpoint = await endpointOf(options, options.ca ?? null);
  if (!endpoint.ok) {
    tellIssues(endpoint.issues, terminal);
    return 2;
  }
  return checkWebhooks(endpoint.value, terminal);
}

async function endpointOf(options: Options, authorityFile: string | null): Promise<Read<Endpoint>> {
  const authority = await readAuthority(authorityFile, options.state);
  return authority.ok ? readEndpoint({ ...options, caBundle: authority.value }) : authority;
}

async function print(options: Options, terminal: Terminal): Promise<ExitCode> {
  const rules = options.rules.length > 0 ? options.rules : [terminal.shipped('policies/tenant-isolation')];
  const loaded = await load({ config: options.config, rules, inventory: [] }, terminal);
  if (!loaded.ok) {
    tellIssues(loaded.issues, terminal);
    return 2;
  }
  const endpoint = await endpointOf(options, options.ca ?? loaded.value.config.certificates.caFile);
  if (!endpoint.ok) {
    tellIssues(endpoint.issues, terminal);
    return 2;
  }
  const configurations = webhookConfigurations(
    loaded.value.rules,
    endpoint.value,
    options.name ?? loaded.value.config.webhook.name,
  ).filter(({ kind }) => options.only === undefined || kind.toLowerCase().startsWith(options.only));
  terminal.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: configurations }, null, 2)}\n`
      : printConfigurations(configurations),
  );
  return 0;
}

async function readAuthority(named: string | null, state: string): Promise<Read<string>> {
  const own = named === null ? await ensureCertificates({ directory: join(state, 'tls') }) : undefined;
  if (own?.ok === false) return own;
  return readAuthorityFile(named ?? own?.value.files.authority ?? '');
}

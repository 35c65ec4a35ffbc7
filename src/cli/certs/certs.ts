/** `bulkhead certs`: an authority and a serving certificate in a directory, made or renewed; or a new authority of a running Bulkhead. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Option } from '@commander-js/extra-typings';
import { type Ensured, ensureCertificates } from '../../server/tls/directory.ts';
import type { Definition } from '../command.ts';
import { tellIssues } from '../diagnostics.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { requestRotation } from './rotation.ts';

const more = `
What is there and still good is kept, so that whoever trusts the authority goes on trusting it. The authority lasts a year, the
serving certificate 30 days; it is renewed after two thirds of them, or when a name is added. Keys are readable by their owner only.

A Bulkhead that keeps its certificates in a Secret (certificates.secret) renews them itself. --rotate asks its leader for a new authority before that is
due: it is replaced in four phases, and no call is refused meanwhile.

Examples:
  bulkhead certs --directory certs/out
  bulkhead certs --directory certs/out --name bulkhead.bulkhead-system.svc
  bulkhead certs --rotate bulkhead-system/bulkhead-certificates
  curl --cacert certs/out/ca.crt https://localhost:8443/readyz
`;

export const define: Definition = (command, { terminal, run }) =>
  command
    .option(
      '-d, --directory <directory>',
      'where ca.crt, ca.key, tls.crt and tls.key stand; created where missing',
    )
    .option('-n, --name <name...>', 'further DNS names or addresses beside localhost, 127.0.0.1 and ::1')
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'json'] as const)
        .default('text'),
    )
    .option('--rotate <secret>', 'NAMESPACE/NAME of the Secret whose authority shall be replaced now')
    .option('--kubeconfig <file>', "for --rotate: which cluster (default: kubectl's own)")
    .option('--context <name>', 'for --rotate: a context of the kubeconfig')
    .addHelpText('after', more)
    .action(({ directory, name: names = [], output, rotate, ...named }) =>
      run(() => {
        if ((directory === undefined) === (rotate === undefined)) {
          terminal.stderr.write('error: say either --directory or --rotate\n');
          return 2;
        }
        return directory === undefined
          ? requestRotation(rotate ?? '', named, terminal)
          : make(directory, names, output, terminal);
      }),
    );

async function make(
  directory: string,
  names: readonly string[],
  output: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const ensured = await ensureCertificates({ directory, names });
  if (!ensured.ok) {
    tellIssues(ensured.issues, terminal);
    return 2;
  }
  const { value } = ensured;
  terminal.stdout.write(output === 'json' ? `${JSON.stringify(value)}\n` : await told(value));
  return 0;
}

async function told({ files, authority, serving }: Ensured): Promise<string> {
  const until = async (path: string): Promise<string> => new X509Certificate(await readFile(path)).validTo;
  return [
    `${authority} ${files.authority}, until ${await until(files.authority)}`,
    `${serving} ${files.certificate}, until ${await until(files.certificate)}`,
    '',
  ].join('\n');
}

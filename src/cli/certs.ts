/** `bulkhead certs`: an authority and a serving certificate in a directory, made or renewed. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Option } from '@commander-js/extra-typings';
import { type Ensured, ensureCertificates } from '../server/tls/directory.ts';
import type { Definition } from './command.ts';
import { tellIssues } from './diagnostics.ts';
import type { ExitCode, Terminal } from './terminal.ts';

const more = `
What is there and still good is kept, so that whoever trusts the authority goes on trusting it. The authority lasts a year, the
serving certificate 30 days; it is renewed after two thirds of them, or when a name is added. Keys are readable by their owner only.

Examples:
  bulkhead certs --directory certs/out
  bulkhead certs --directory certs/out --name bulkhead.bulkhead-system.svc
  curl --cacert certs/out/ca.crt https://localhost:8443/readyz
`;

export const define: Definition = (command, { terminal, run }) =>
  command
    .requiredOption(
      '-d, --directory <directory>',
      'where ca.crt, ca.key, tls.crt and tls.key stand; created where missing',
    )
    .option('-n, --name <name...>', 'further DNS names or addresses beside localhost, 127.0.0.1 and ::1')
    .addOption(
      new Option('-o, --output <form>', 'form of the result')
        .choices(['text', 'json'] as const)
        .default('text'),
    )
    .addHelpText('after', more)
    .action(({ directory, name: names = [], output }) => run(() => make(directory, names, output, terminal)));

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

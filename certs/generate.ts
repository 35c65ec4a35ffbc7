/** Makes a development CA and a serving pair in certs/out: `npx node certs/generate.ts [name or IP address ...]`. */
import { fileURLToPath } from 'node:url';
import { describe } from '../src/config/issue.ts';
import { ensureCertificates } from '../src/server/tls/directory.ts';

const directory = fileURLToPath(new URL('out', import.meta.url));
const ensured = await ensureCertificates({ directory, names: process.argv.slice(2) });
if (ensured.ok) {
  const { files, authority, serving } = ensured.value;
  process.stdout.write(
    [
      `CA                   ${files.authority} (${authority})`,
      `serving certificate  ${files.certificate} (${serving})`,
      `serving key          ${files.key}`,
      '',
    ].join('\n'),
  );
} else {
  process.stderr.write(ensured.issues.map((issue) => `${describe(issue)}\n`).join(''));
  process.exitCode = 2;
}

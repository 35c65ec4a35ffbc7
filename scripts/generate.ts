/** `npm run generate`: writes the files that are generated from schemas. A test fails where they are stale. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generated } from './generated.ts';

const root = join(import.meta.dirname, '..');
for (const [file, text] of await generated()) {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
  process.stdout.write(`${file}\n`);
}

/** `npm run bundle`: the product as plain JavaScript in dist/. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundling } from './bundling.ts';

await rm(join(import.meta.dirname, '..', 'dist'), { recursive: true, force: true });

const { metafile } = await build(bundling('dist'));

for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
  if (file.endsWith('.js')) process.stdout.write(`${file} ${Math.ceil(bytes / 1024)} KiB\n`);
}

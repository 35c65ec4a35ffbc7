/** `npm run bundle`: the product as plain JavaScript in dist/, without its dependencies' folders. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
await rm(join(root, 'dist'), { recursive: true, force: true });

/** One row for everything that Node.js starts: the process and its workers. */
const entries = { bulkhead: 'src/main.ts', worker: 'src/worker.ts' };

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: Object.entries(entries).map(([out, file]) => ({ in: file, out })),
  outdir: 'dist',
  bundle: true,
  // What a command does not need stays in a file of its own that is not read.
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  platform: 'node',
  // The newer module format where a package has both: a package in the older one has no names of its own when it is imported on demand.
  mainFields: ['module', 'main'],
  format: 'esm',
  target: 'node24',
  legalComments: 'linked',
  sourcemap: 'linked',
  sourcesContent: false,
  // Dependencies in the older module format call require for Node.js' own modules.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
});

for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
  if (file.endsWith('.js')) process.stdout.write(`${file} ${Math.ceil(bytes / 1024)} KiB\n`);
}

/** How the product becomes plain JavaScript, without its dependencies' folders. */
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';

/** One row for everything that Node.js starts: the process and its workers. */
const entries = { bulkhead: 'src/main.ts', worker: 'src/worker.ts' };

/** What esbuild is told; `outdir` is the folder that the bundle goes to. */
export const bundling = (outdir: string): BuildOptions & { readonly metafile: true } => ({
  absWorkingDir: join(import.meta.dirname, '..'),
  entryPoints: Object.entries(entries).map(([out, file]) => ({ in: file, out })),
  outdir,
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

#!/usr/bin/env node
// Starts Bulkhead under the Node.js it needs: the bundle where it was built, else the sources as they stand.
//
// Bulkhead runs on Node.js 24, which `npm ci` brings as a package; this file runs on whatever Node.js the machine has (20 or newer)
// and hands over.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const main = freshBundle() ?? join(root, 'src', 'main.ts');
const enough = Number(process.versions.node.split('.')[0]) >= 24;

if (enough) {
  await import(pathToFileURL(main).href);
} else {
  const node = findNode24();
  if (node === undefined) {
    process.stderr.write(
      `bulkhead needs Node.js 24, this is ${process.versions.node}, and the package that brings it is not installed; run npm ci\n`,
    );
    process.exit(2);
  }
  // A terminal sends an interrupt to both processes; anybody else who ends this one means the other. Registered before there is a child: a signal
  // in between would end this process and leave the child alone. None is handled before the event loop turns, and then the child is there.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('error', (error) => {
    process.stderr.write(`bulkhead: Node.js 24 does not start: ${error.message}\n`);
    process.exit(2);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** The bundle, unless sources stand beside it that are newer. */
function freshBundle() {
  const bundle = join(root, 'dist', 'bulkhead.js');
  const sources = join(root, 'src');
  if (!existsSync(bundle)) return undefined;
  if (!existsSync(sources)) return bundle;
  const made = statSync(bundle).mtimeMs;
  const newer = readdirSync(sources, { recursive: true }).some(
    (file) => statSync(join(sources, file)).mtimeMs > made,
  );
  return newer ? undefined : bundle;
}

/** The Node.js of this package's own dependencies, wherever npm put them. */
function findNode24() {
  for (let folder = root; ; folder = dirname(folder)) {
    const node = join(folder, 'node_modules', '.bin', 'node');
    if (existsSync(node)) return node;
    if (folder === dirname(folder)) return undefined;
  }
}

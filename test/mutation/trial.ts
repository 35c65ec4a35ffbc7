/**
 * One mutant on trial: `node trial.ts FILE START END REPLACEMENT TEST…` runs the tests with that part of the file replaced as it is loaded; the
 * tree itself stays as it is. Without a replacement (START and END both -1) the tests run as they are. Exits 1 at the first failure.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [file = '', start = '-1', end = '-1', replacement = '', ...tests] = process.argv.slice(2);
const mutated = pathToFileURL(resolve(file)).href;
const bareJest = new URL('./bareJest.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals' ? { url: bareJest, shortCircuit: true } : next(specifier, context),
  load: (url, context, next) => {
    if (url !== mutated || start === '-1') return next(url, context);
    const text = readFileSync(resolve(file), 'utf8');
    const source = text.slice(0, Number(start)) + replacement + text.slice(Number(end));
    return { format: 'module-typescript', source, shortCircuit: true };
  },
});

await import('../seed.ts');
for (const one of tests) await import(pathToFileURL(resolve(one)).href);
const { runAll } = await import('./bareJest.ts');
await runAll();

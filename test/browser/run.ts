/** Runs the tests of the HTML pages in a browser; says so, and fails nothing, where there is none. */
import { spawnSync } from 'node:child_process';
import { findBrowser } from './browser.ts';

if (findBrowser() === undefined) {
  process.stdout.write(
    'skipped: no Chromium on PATH (chromium, chromium-browser, google-chrome) and none named by BULKHEAD_BROWSER\n',
  );
} else {
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--config',
    'test/browser/jest.config.js',
  ];
  const { status } = spawnSync(process.execPath, [...jest, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

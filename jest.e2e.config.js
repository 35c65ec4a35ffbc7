// End-to-end tests against real control planes, with time enough. Run by `npm run e2e`, which says how many files run at once.
import { shared } from './jest.config.js';

export default {
  ...shared,
  displayName: 'e2e',
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
  testTimeout: 120_000,
};

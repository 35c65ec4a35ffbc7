// End-to-end tests against a real control plane: one file after the other, with time enough. Run by `npm run e2e`.
import { shared } from './jest.config.js';

export default {
  ...shared,
  displayName: 'e2e',
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
  maxWorkers: 1,
  testTimeout: 120_000,
};

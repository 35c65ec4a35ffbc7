// The HTML pages in a real browser. Run by `npm run browser`, which says so where there is none.
import { shared } from '../../jest.config.js';

export default {
  ...shared,
  displayName: 'browser',
  testMatch: ['<rootDir>/*.look.ts'],
  testTimeout: 60_000,
};

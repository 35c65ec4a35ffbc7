// The trial run of an image that was built before (npm run image); needs root and crun. Run by `npm run image:test`.
import { shared } from '../../jest.config.js';

export default {
  ...shared,
  displayName: 'image',
  testMatch: ['<rootDir>/*.trial.ts'],
  testTimeout: 60_000,
};

// Jest with native ESM: sources are TypeScript, stripped by swc. End-to-end tests have jest.e2e.config.js.
export const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
};

export default {
  // Jest would leave one processor idle.
  maxWorkers: '100%',
  // Speed is asserted where it matters, by processor time; this only ends what hangs, also on a machine that does other things too.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
      setupFilesAfterEnv: ['<rootDir>/test/seed.ts'],
    },
  ],
};

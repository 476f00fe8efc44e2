/** One transform for every kind of test: SWC, native ES modules, legacy decorators with metadata. */
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      swcrc: false,
      module: { type: 'es6' },
      jsc: {
        target: 'es2022',
        keepClassNames: true,
        parser: { syntax: 'typescript', decorators: true, dynamicImport: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      },
    },
  ],
};

const common = {
  transform,
  extensionsToTreatAsEsm: ['.ts'],
  // Sources name their imports as Node will see them after the build (`./x.js`); here they are still `./x.ts`.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  moduleFileExtensions: ['ts', 'js', 'json'],
  testEnvironment: 'node',
};

const withServices = {
  ...common,
};

export default {
  // Jest reads this at the top only. Starting a shop of one's own takes a second or two.
  testTimeout: 60_000,
  // Integration tests wait for Postgres as long as they compute: two at a time, even where there are two cores only.
  maxWorkers: 2,
  // Modules of native ESM stay in a worker for good: one that has grown makes way for a new one.
  workerIdleMemoryLimit: '1200MB',
  projects: [
    { ...common, displayName: 'unit', roots: ['<rootDir>/src'], testMatch: ['**/*.spec.ts'] },
    { ...withServices, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.spec.ts'] },
    { ...withServices, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'] },
    { ...withServices, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.spec.ts'] },
    { ...withServices, displayName: 'story', testMatch: ['<rootDir>/test/story/**/*.spec.ts'] },
  ],
};

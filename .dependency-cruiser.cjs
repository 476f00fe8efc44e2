/**
 * The rooms of src/, in the order of the data. A room imports only rooms above it in this list, and only
 * through their index.ts; shared and platform are open to all. This array is the one place that says so.
 */
const rooms = [
  'shared',
  'platform',
  'access',
  'imports',
  'rules',
  'stores',
  'catalogue',
  'consent',
  'shoppers',
  'insights',
  'offers',
  'limits',
  'coupons',
  'sightings',
  'presence',
  'decisions',
  'delivery',
  'measurement',
  'associates',
  'webhooks',
  'views',
  'privacy',
  'demo',
  'cli',
];
const open = ['shared', 'platform'];

const upward = rooms.slice(0, -1).map((room, index) => ({
  name: `${room}-imports-only-upward`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${rooms.slice(index + 1).join('|')}|main|app\\.module|journey)` },
}));

const throughIndex = rooms
  .filter((room) => !open.includes(room))
  .map((room) => ({
    name: `${room}-through-its-index`,
    severity: 'error',
    from: { path: '^src/', pathNot: `^src/${room}/` },
    to: { path: `^src/${room}/`, pathNot: `^src/${room}/index\\.ts$` },
  }));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'shared-is-pure',
      severity: 'error',
      from: { path: '^src/shared/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^src/shared/', 'node_modules/luxon', '@types/luxon'] },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      comment: 'A *.rules.ts knows neither framework, nor database, nor network.',
      from: { path: '\\.rules\\.ts$' },
      to: { path: 'node_modules/(@nestjs|pg|ioredis|typeorm|socket\\.io|fastify|pino)' },
    },
    ...upward,
    ...throughIndex,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};

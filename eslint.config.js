import tseslint from 'typescript-eslint';
import table from './scripts/rooms.json' with { type: 'json' };

/** Rooms and where their arrows may go (docs/reference/rooms.md). A room not named there may import nothing. */
const arrows = Object.fromEntries(Object.entries(table).map(([room, { imports }]) => [room, imports]));
const rooms = [...Object.keys(arrows), 'test'];

const impure = [
  { regex: '^node:', message: 'model/ and contract/ are pure: no node: modules.' },
  { regex: '^(cdk8s|constructs|@kubernetes)', message: 'model/ and contract/ know no Kubernetes library.' },
];

const waiting = [
  {
    regex: '^(node:)?timers',
    message: 'deploy/ has single steps: nothing waits inside (cli/waiting/ does).',
  },
];
const pureRooms = ['contract', 'model'];
const further = (room) => (pureRooms.includes(room) ? impure : room === 'deploy' ? waiting : []);

/** The folders of another room that may be entered although the rest of it may not: `operator/manifests`. */
const exceptions = (other, allowed) =>
  allowed
    .filter((one) => one.startsWith(`${other}/`))
    .map((one) => `(?!${one.slice(other.length + 1)}/)`)
    .join('');

/** Relative imports of `files` that leave their room may only enter the rooms of `allowed`. */
const wall = (room, files, allowed, patterns = []) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...rooms
            .filter((other) => other !== room && !allowed.includes(other))
            .map((other) => ({
              regex: `^(\\.\\./)+${other}/${exceptions(other, allowed)}`,
              message: `${room}/ may not import ${other}/ (docs/reference/rooms.md).`,
            })),
          ...patterns,
        ],
      },
    ],
  },
});
const walls = Object.entries(arrows).map(([room, allowed]) =>
  wall(room, [`${room}/**/*.{ts,tsx}`], allowed, further(room)),
);
/** Where a program chooses its kinds, and what is known of one kind only. */
const doors = Object.entries(table).flatMap(([room, { imports, doors = {} }]) =>
  Object.entries(doors).map(([files, more]) => wall(room, [files], [...imports, ...more])),
);
/** The general part of proof/ knows no pack. */
const packs = wall('proof', ['proof/*.ts', 'proof/{checks,graph,shapes}/**/*.ts'], arrows.proof, [
  { regex: '/packs/', message: 'The general part of proof/ knows no pack.' },
]);

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'build', '.mooring'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      complexity: ['error', 12],
      'max-params': ['error', 4],
    },
  },
  ...walls,
  ...doors,
  packs,
  {
    files: ['model/**/*.ts', 'contract/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process'],
    },
  },
  {
    files: ['deploy/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'setImmediate'] },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    // charts-ts/main.ts and the CLI are programs of their own: they read where things are, nothing of the app's.
    ignores: [
      'app/config.ts',
      'charts-ts/main.ts',
      'cli/environment.ts',
      'operator/env.ts',
      'test/**',
      'scripts/**',
      '*.config.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name="process"][property.name="env"]',
          message:
            'process.env is read in app/config.ts only (law 3), by the CLI in cli/environment.ts, by the operator in operator/env.ts.',
        },
      ],
    },
  },
);

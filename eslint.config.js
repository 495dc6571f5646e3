import tseslint from 'typescript-eslint';

/** Rooms and where their arrows may go: the table of the design. A room not named here may import nothing. */
const arrows = {
  model: [],
  contract: ['model'],
  'charts-ts': ['model'],
  dial: ['model'],
  proof: ['model'],
  kube: ['model'],
  deploy: ['model', 'kube'],
  operator: ['model', 'kube', 'charts-ts', 'deploy'],
  cli: ['model', 'charts-ts', 'dial', 'proof', 'kube', 'deploy'],
  app: ['model', 'contract', 'dial'],
  web: ['model', 'contract'],
  scripts: ['model', 'contract', 'charts-ts', 'kube', 'deploy', 'proof', 'dial', 'cli', 'app', 'test'],
};
const rooms = [...Object.keys(arrows), 'test'];

const impure = [
  { regex: '^node:', message: 'model/ and contract/ are pure: no node: modules.' },
  { regex: '^(cdk8s|constructs|@kubernetes)', message: 'model/ and contract/ know no Kubernetes library.' },
];

/** Relative imports of `files` that leave their room may only enter the rooms of `allowed`. */
const wall = (room, files, allowed, further = []) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...rooms
            .filter((other) => other !== room && !allowed.includes(other))
            .map((other) => ({
              regex: `^(\\.\\./)+${other}/`,
              message: `${room}/ may not import ${other}/ (docs/architecture.md).`,
            })),
          ...further,
        ],
      },
    ],
  },
});

/** One block a room, and those of proof/: only the chat's pack knows the chat, and the general part knows no pack. */
const walls = [
  ...Object.entries(arrows).map(([room, allowed]) =>
    wall(room, [`${room}/**/*.{ts,tsx}`], allowed, room === 'contract' || room === 'model' ? impure : []),
  ),
  wall('proof', ['proof/packs/chat/**/*.ts'], [...arrows.proof, 'contract']),
  wall('proof', ['proof/*.ts', 'proof/{checks,graph,shapes}/**/*.ts'], arrows.proof, [
    { regex: '/packs/', message: 'The general part of proof/ knows no pack.' },
  ]),
];

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
  {
    files: ['model/**/*.ts', 'contract/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process'],
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    // charts-ts/main.ts and the CLI are programs of their own: they read where things are, nothing of the app's.
    ignores: [
      'app/config.ts',
      'charts-ts/main.ts',
      'cli/environment.ts',
      'test/**',
      'scripts/**',
      '*.config.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name="process"][property.name="env"]',
          message: 'process.env is read in app/config.ts only (law 3), by the CLI in cli/environment.ts.',
        },
      ],
    },
  },
);

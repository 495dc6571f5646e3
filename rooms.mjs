/** The rooms of the house, and where an arrow may go from each (docs/architecture.md). One table for lint and docs. */
const all = [
  'model',
  'contract',
  'charts-ts',
  'dial',
  'proof',
  'kube',
  'deploy',
  'operator',
  'cli',
  'app',
  'web',
  'scripts',
  'test',
];

export const arrows = {
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
  scripts: all,
  test: all,
};

/** Files that may enter one room more than theirs: where a program chooses its kinds. */
export const exceptions = {
  'charts-ts/main.ts': ['contract'],
  'operator/main.ts': ['contract'],
  'cli/main.ts': ['contract'],
  'proof/packs/chat/**': ['contract'],
};

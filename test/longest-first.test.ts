import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { longest, longestFirst } from './longest-first.ts';

const file = (name: string, moduleId: string) => ({ project: { name }, moduleId: `/clone/${moduleId}` });

test('the files that take minutes are begun first, each in its project', () => {
  const [cli, faults, law] = [
    file('cluster', 'test/in-cluster/cli-apply.test.ts'),
    file('cluster', 'test/in-cluster/faults.test.ts'),
    file('e2e', 'test/e2e/laws.test.ts'),
  ];
  const cli2 = file('e2e', 'test/e2e/cli.test.ts');
  expect(longestFirst([cli2, law, cli, faults])).toEqual([law, cli2, faults, cli]);
});

test('every file of the list is there', () => {
  expect(longest.filter((path) => !existsSync(path))).toEqual([]);
});

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take minutes, the longest first. Without a cache of durations, which `npm ci` removes, vitest begins
 * with the largest files; these are small, and begun last they would run alone while the other workers idle.
 */
export const longest: readonly string[] = [
  'test/in-cluster/faults.test.ts',
  'test/in-cluster/operator.test.ts',
  'test/in-cluster/deploying.test.ts',
  'test/in-cluster/upgrade.test.ts',
  'test/stores/history/history.test.ts',
  'test/faults/storm.test.ts',
  'test/apiserver/cli/killed.test.ts',
  'test/e2e/laws.test.ts',
  'test/e2e/mutation.test.ts',
  'test/e2e/readme.test.ts',
];

/** Files in the order of the list, then the others in the order they came; those of a project stay together. */
export function longestFirst<
  F extends { readonly moduleId: string; readonly project: { readonly name: string } },
>(files: readonly F[]): F[] {
  const rank = ({ moduleId }: F): number => {
    const at = longest.findIndex((path) => moduleId.endsWith(`/${path}`));
    return at < 0 ? longest.length : at;
  };
  const projects = Map.groupBy(files, ({ project }) => project.name);
  return [...projects.values()].flatMap((ones) => ones.toSorted((a, b) => rank(a) - rank(b)));
}

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files));
  }
}

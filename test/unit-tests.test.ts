import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import config from '../vitest.config.ts';
import { longTests } from './long-tests.ts';

/** A real server, or a skip where there is none: what the tests of the slow projects are for. */
const startsServers =
  /from '[./]*\/servers\/(for-suite|or-skip|prepare|redis|chromium|neo4j\/|pydantic\/|qdrant\/|kubernetes\/)/;

const projects = (config.test?.projects ?? []) as {
  test: { name: string; include: string[]; exclude: string[] };
}[];
const filesOf = (project: string): string[] =>
  projects
    .filter(({ test: { name } }) => name === project)
    .flatMap(({ test: { include, exclude } }) => globSync(include, { exclude }));
const files = filesOf('unit');
const long = filesOf('long');

test('unit tests need no server: `npm run check` passes where none is installed', () => {
  expect(files).toContain('test/unit-tests.test.ts');
  expect([...files, ...long].filter((file) => startsServers.test(readFileSync(file, 'utf8')))).toEqual([]);
});

test('the long tests are there, and are no unit tests', () => {
  expect(long.toSorted()).toEqual(longTests);
  expect(files.filter((file) => longTests.includes(file))).toEqual([]);
});

test('sabotage: a test that starts a Redis is none of them', () => {
  expect(readFileSync('test/stores/identify.test.ts', 'utf8')).toMatch(startsServers);
});

import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import config from '../vitest.config.ts';

/** A real server, or a skip where there is none: what the tests of the slow projects are for. */
const startsServers =
  /from '[./]*\/servers\/(for-suite|or-skip|prepare|redis|chromium|neo4j\/|qdrant\/|kubernetes\/)/;

const projects = (config.test?.projects ?? []) as {
  test: { name: string; include: string[]; exclude: string[] };
}[];
const unit = projects.find(({ test: { name } }) => name === 'unit')?.test;
const files = globSync(unit?.include ?? [], { exclude: unit?.exclude ?? [] });

test('unit tests need no server: `npm run check` passes where none is installed', () => {
  expect(files).toContain('test/unit-tests.test.ts');
  expect(files.filter((file) => startsServers.test(readFileSync(file, 'utf8')))).toEqual([]);
});

test('sabotage: a test that starts a Redis is none of them', () => {
  expect(readFileSync('test/stores/identify.test.ts', 'utf8')).toMatch(startsServers);
});

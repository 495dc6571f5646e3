import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { createCli } from '../../cli/program.ts';
import { shopKind } from '../kinds/shop-kind.ts';

const page = readFileSync('docs/own-kind.md', 'utf8');

const programs = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code);

/** A file of test/kinds/ as it is in kinds/, one folder less deep. */
const inFolderKinds = (file: string): string =>
  readFileSync(`test/kinds/${file}`, 'utf8').replaceAll("'../../", "'../");

test('the command line of docs/own-kind.md is that of test/kinds/cli.ts, which the tests run', () => {
  const [code = ''] = programs;
  expect(code).toContain('createCli(');
  expect(code).toBe(inFolderKinds('cli.ts'));
});

test('the operator of docs/own-kind.md is that of test/kinds/operator.ts, which a test runs in a cluster', () => {
  const [, code = ''] = programs;
  expect(code).toContain('serveOperator(');
  expect(code).toBe(inFolderKinds('operator.ts'));
});

test('docs/own-kind.md says of every command, once, what it takes from the kind', () => {
  const cells = [...page.matchAll(/^\| (`.*?) +\|/gm)].map(([, cell = '']) => cell);
  const told = cells.flatMap((cell) => [...cell.matchAll(/`([a-z]+)[^`]*`/g)].map(([, name]) => name));
  const { commands: known } = createCli([shopKind], { version: '0.0.0', commands });
  const visible = known.map((command) => command.name()).filter((name) => name !== 'complete');
  expect(told.sort()).toEqual(visible.sort());
});

import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { commands } from '../../cli/commands.ts';
import { createCli } from '../../cli/program.ts';

const program = createCli([chatKind], { version: '0.0.0', commands });
const names = program.commands.map((command) => command.name());

/** Rooms that say something to people who have the command line. */
const rooms = [
  'charts-ts',
  'cli',
  'config',
  'contract',
  'deploy',
  'dial',
  'kube',
  'model',
  'operator',
  'proof',
];

/** What is called so, and is no command to run: a tool in a report, a field manager's command. */
const titles = ['mooring verify', 'mooring apply'];

/** The texts of a source that have a command without what it is called by. */
function bareCommands(file: string, text: string): string[] {
  const found: string[] = [];
  const bare = new RegExp(`(?<!npx )\\bmooring (?:${names.join('|')})\\b`);
  const visit = (node: ts.Node): void => {
    const isText =
      ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (isText && bare.test(node.text) && !isTitle(node.text)) found.push(`${file}: ${node.text}`);
    ts.forEachChild(node, visit);
  };
  if (bare.test(text)) visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

const isTitle = (text: string): boolean => titles.includes(text) || text.includes('<testsuite');

test('every command that is shown says how it is called: as the user did, or as in a clone', () => {
  const files = globSync(`{${rooms.join()}}/**/*.ts`);
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((file) => bareCommands(file, readFileSync(file, 'utf8')))).toEqual([]);
});

test('sabotage: a fix that names a bare command is seen, also between what is filled in', () => {
  expect(bareCommands('a.ts', "const fix = 'Run mooring apply again.';")).toHaveLength(1);
  expect(bareCommands('a.ts', 'const fix = `${name}: "mooring doctor" says ${what}`;')).toHaveLength(1);
  expect(bareCommands('a.ts', "// mooring apply\nconst fix = 'npx mooring apply';")).toEqual([]);
});

/** What shows a command line, by whether the command takes a document and a cluster. */
function showingOf(line: string): string {
  const [first, second] = line.split(' ');
  const group = program.commands.find((command) => command.name() === first);
  const command = group?.commands.find((one) => one.name() === second) ?? group;
  const takes = (option: string): boolean => command?.options.some(({ long }) => long === option) === true;
  if (takes('--file')) return takes('--context') ? 'mooringOfStack' : 'mooringOfDocument';
  return takes('--context') ? 'mooringOfCluster' : 'mooring';
}

/** The command lines of a source that are shown without the document or the cluster that the user chose. */
const unchosen = (file: string, text: string): string[] =>
  [...text.matchAll(/\b(mooring(?:Of\w+)?)\(['`]([^'`$]+)/g)].flatMap(([, shows, line = '']) =>
    shows === showingOf(line.trim()) ? [] : [`${file}: ${shows}('${line}')`],
  );

test('every command that is shown names the document and the cluster that the user chose', () => {
  // The description of a command is made before the user's choice is read.
  const files = globSync('cli/**/*.ts').filter((file) => !file.startsWith('cli/commands/'));
  expect(files.flatMap((file) => unchosen(file, readFileSync(file, 'utf8')))).toEqual([]);
});

test('sabotage: a command that is shown without the document is seen', () => {
  expect(unchosen('a.ts', "fix: mooring('apply')")).toEqual(["a.ts: mooring('apply')"]);
  expect(unchosen('a.ts', 'mooringOfStack(`operator status`)')).toHaveLength(1);
  expect(unchosen('a.ts', 'mooringOfStack(`apply${force}`) + mooringOfCluster("operator status")')).toEqual(
    [],
  );
});

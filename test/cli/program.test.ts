import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { described } from '../../cli/described-later.ts';
import { createCli } from '../../cli/program.ts';
import { terminalCodes } from '../../model/errors.ts';

const program = createCli([chatKind], { version: '0.0.0', commands });
await Promise.all(program.commands.map(described));
const visible = program.commands.filter((command) => !command.name().startsWith('complete'));
const docs = readFileSync('docs/cli.md', 'utf8');

/** The command lines under "Examples:" of a command and of those below it, as words after `mooring`. */
function examplesOf(name: string): string[][] {
  const command = program.commands.find((one) => one.name() === name);
  const leaves = command?.commands.length ? command.commands : command ? [command] : [];
  const lines = leaves.flatMap((leaf) => {
    let help = '';
    leaf.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    return help.split('\nExamples:\n').slice(1).join('\n').split('\n');
  });
  return lines
    .map((line) => new RegExp(`mooring (${name}\\b[^|>)]*)`).exec(line.replace(/^ *#.*/, ''))?.[1])
    .filter((words) => words !== undefined)
    .map((words) => words.trim().split(/ +/));
}

/** What the parser says of a command line; empty when it takes it. Nothing is run. */
async function refusalOf(words: readonly string[]): Promise<string> {
  const fresh = createCli([chatKind], { version: '0.0.0', commands });
  let said = '';
  for (const one of [fresh, ...fresh.commands, ...fresh.commands.flatMap((group) => group.commands)])
    one.configureOutput({ writeErr: (text) => (said += text) }).action(() => undefined);
  try {
    await fresh.parseAsync(words, { from: 'user' });
  } catch (error) {
    return said || String(error);
  }
  return said;
}

test('sabotage: an example with a misspelt option is refused', async () => {
  expect(await refusalOf(['synth', '--stout'])).toContain('--stdout');
});

describe('every command', () => {
  test.each(visible.map((command) => [command.name()] as const))(
    '%s has examples in its --help',
    async (name) => {
      const examples = examplesOf(name);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) expect(await refusalOf(example), example.join(' ')).toBe('');
    },
  );

  test.each(
    visible
      .filter((command) => command.name() !== 'completion')
      .map((command) => [command.name(), command] as const),
  )('%s has -o json|yaml', (_, command) => {
    const leaves = command.commands.length > 0 ? command.commands : [command];
    for (const leaf of leaves)
      expect(leaf.options.find(({ long }) => long === '--output')?.argChoices?.slice(0, 2)).toEqual([
        'json',
        'yaml',
      ]);
  });

  test.each(visible.map((command) => [command.name()]))('%s stands in docs/cli.md', (name) => {
    expect(docs).toMatch(new RegExp(`mooring ${name}`));
  });

  test('every option stands in docs/cli.md', () => {
    const options = visible.flatMap((command) =>
      [command, ...command.commands].flatMap((leaf) => leaf.options.map(({ long }) => long ?? '')),
    );
    expect([...new Set(options)].filter((option) => !docs.includes(option))).toEqual([]);
  });
});

test('docs/cli.md has every exit code, with its number', () => {
  for (const [code, { exit }] of Object.entries(terminalCodes))
    expect(docs, code).toMatch(new RegExp(`\\| ${exit} +\\|[^\\n]*\`${code}\``));
});

test.each([
  [['foo'], /unknown command 'foo'\nCommands: init, synth, .*, completion\. See "mooring --help"\./],
  [['synt'], /unknown command 'synt'\n\(Did you mean synth\?\)/],
  [
    ['explain', '--outptu', 'json'],
    /'--outptu'\n\(Did you mean --output\?\)\nSee "mooring explain --help"\./,
  ],
])('%j is told what there is', async (words, told) => {
  const fresh = createCli([chatKind], { version: '0.0.0', commands });
  let written = '';
  for (const command of [fresh, ...fresh.commands])
    command.configureOutput({ writeErr: (text) => (written += text) });
  await expect(fresh.parseAsync(words, { from: 'user' })).rejects.toThrow();
  expect(written).toMatch(told);
});

test.each([[['--version']], [['--help']], [['status', '--help']], [['foo']]])(
  '%j loads no kind, which takes longer than all the rest',
  async (words) => {
    const load = vi.fn(() => Promise.resolve([chatKind] as const));
    const fresh = createCli(load, { version: '0.0.0', commands });
    for (const command of [fresh, ...fresh.commands])
      command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    await expect(fresh.parseAsync(words, { from: 'user' })).rejects.toThrow();
    expect(load).not.toHaveBeenCalled();
  },
);

import { describe, expect, test } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { described } from '../../cli/described-later.ts';
import { createCli } from '../../cli/program.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { defaultStack } from '../../contract/default-stack.ts';
import type { Kinds } from '../../model/kinds.ts';
import { wordsFound, wordsOf } from '../contract/words.ts';
import { shopKind } from '../kinds/shop-kind.ts';

const cliOf = (kinds: Kinds): ReturnType<typeof createCli> =>
  createCli(kinds, { version: '0.0.0', commands });

/** The `--help` of every command, by its name. */
async function helpOf(kinds: Kinds): Promise<Record<string, string>> {
  const leaves = cliOf(kinds).commands.flatMap((one) => (one.commands.length > 0 ? one.commands : [one]));
  for (const command of leaves) await described(command);
  return Object.fromEntries(
    leaves.map((command) => {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      return [command.name(), help];
    }),
  );
}

describe('the help of a program', () => {
  test('for another kind has examples with its names', async () => {
    const { logs, explain, init } = await helpOf([shopKind]);
    expect(logs).toContain('mooring logs web -F');
    expect(logs).toContain('mooring logs queue worker --since 10m');
    expect(explain).toContain('mooring explain QUEUE_PORT');
    expect(explain).toContain('mooring explain 5672');
    expect(explain).toContain('mooring explain spec.queue');
    expect(init).toContain('--preset large');
  });

  test('for another kind has no word of the chat', async () => {
    const words = wordsOf(chatKind, defaultStack);
    const said = Object.entries(await helpOf([shopKind])).flatMap(([name, help]) =>
      wordsFound(name, JSON.stringify(help), words),
    );
    expect(said).toEqual([]);
  });

  test('sabotage: the same look at the help of the chat sees its words', async () => {
    const words = wordsOf(chatKind, defaultStack);
    const { logs = '', open = '' } = await helpOf([chatKind]);
    expect(wordsFound('logs', JSON.stringify(logs), words).map(({ word }) => word)).toContain('backend');
    expect(wordsFound('open', JSON.stringify(open), words).map(({ word }) => word)).toContain('patient');
  });
});

describe('the earlier name of --no-check', () => {
  const checked = async (kinds: Kinds, ...words: string[]): Promise<unknown> => {
    const cli = cliOf(kinds);
    const apply = cli.commands.find((command) => command.name() === 'apply');
    apply?.configureOutput({ writeErr: () => undefined }).action(() => undefined);
    await cli.parseAsync(['apply', ...words], { from: 'user' });
    return (apply?.opts() as { check?: boolean }).check;
  };

  test('is taken where the kind has one', async () => {
    expect(await checked([chatKind])).toBe(true);
    expect(await checked([chatKind], '--no-check')).toBe(false);
    expect(await checked([chatKind], '--no-chat')).toBe(false);
    expect(await checked([shopKind, chatKind], '--no-chat')).toBe(false);
  });

  test('is taken by a command below another as well', async () => {
    const cli = cliOf([chatKind]);
    const rotate = cli.commands.find((one) => one.name() === 'secrets')?.commands[0];
    rotate?.action(() => undefined);
    await cli.parseAsync(['secrets', 'rotate', '--no-chat', '--token-file', 'x'], { from: 'user' });
    expect(rotate?.opts()).toMatchObject({ check: false, tokenFile: 'x' });
  });

  test('is unknown where no kind has it', async () => {
    await expect(checked([shopKind], '--no-chat')).rejects.toThrow(/unknown option '--no-chat'/);
  });
});

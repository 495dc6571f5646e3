import { describe, expect, test } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { createCli } from '../../cli/program.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { defaultStack } from '../../contract/default-stack.ts';
import type { Kinds } from '../../model/kinds.ts';
import { wordsFound, wordsOf } from '../contract/words.ts';
import { shopKind } from '../kinds/shop-kind.ts';

const cliOf = (kinds: Kinds): ReturnType<typeof createCli> =>
  createCli(kinds, { name: 'mooring', version: '0.0.0', commands });

/** The `--help` of every command, by its name. */
function helpOf(kinds: Kinds): Record<string, string> {
  const leaves = cliOf(kinds).commands.flatMap((one) => (one.commands.length > 0 ? one.commands : [one]));
  return Object.fromEntries(
    leaves.map((command) => {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      return [command.name(), help];
    }),
  );
}

describe('the help of a program', () => {
  test('for another kind has examples with its names', () => {
    const { logs, explain, init } = helpOf([shopKind]);
    expect(logs).toContain('mooring logs web -F');
    expect(logs).toContain('mooring logs queue worker --since 10m');
    expect(explain).toContain('mooring explain QUEUE_PORT');
    expect(explain).toContain('mooring explain 5672');
    expect(explain).toContain('mooring explain spec.queue');
    expect(init).toContain('--preset large');
  });

  test('for another kind has no word of the chat', () => {
    const words = wordsOf(chatKind, defaultStack);
    const said = Object.entries(helpOf([shopKind])).flatMap(([name, help]) =>
      wordsFound(name, JSON.stringify(help), words),
    );
    expect(said).toEqual([]);
  });

  test('sabotage: the same look at the help of the chat sees its words', () => {
    const words = wordsOf(chatKind, defaultStack);
    const { logs = '', open = '' } = helpOf([chatKind]);
    expect(wordsFound('logs', JSON.stringify(logs), words).map(({ word }) => word)).toContain('backend');
    expect(wordsFound('open', JSON.stringify(open), words).map(({ word }) => word)).toContain('patient');
  });
});

describe('the earlier name of --no-check', () => {
  const checked = (kinds: Kinds, ...words: string[]): unknown => {
    const cli = cliOf(kinds);
    const apply = cli.commands.find((command) => command.name() === 'apply');
    apply?.configureOutput({ writeErr: () => undefined }).action(() => undefined);
    cli.parse(['apply', ...words], { from: 'user' });
    return (apply?.opts() as { check?: boolean }).check;
  };

  test('is taken where the kind has one', () => {
    expect(checked([chatKind])).toBe(true);
    expect(checked([chatKind], '--no-check')).toBe(false);
    expect(checked([chatKind], '--no-chat')).toBe(false);
    expect(checked([shopKind, chatKind], '--no-chat')).toBe(false);
  });

  test('is unknown where no kind has it', () => {
    expect(() => checked([shopKind], '--no-chat')).toThrow(/unknown option '--no-chat'/);
  });
});

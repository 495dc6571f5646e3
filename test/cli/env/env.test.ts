import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { addEnv } from '../../../cli/commands/env.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import type { Kinds } from '../../../model/kinds.ts';
import { shopKind } from '../../kinds/shop-kind.ts';

let folder: string;
let file: string;
let printed = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-env-'));
  file = join(folder, 'settings.py');
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    printed += String(part);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Runs `mooring env` in this process, and answers what it prints. */
async function run(words: readonly string[], kinds: Kinds = [chatKind]): Promise<string> {
  printed = '';
  const program = new Command('mooring').exitOverride();
  addEnv(program, () => Promise.resolve(kinds));
  program.commands[0]?.exitOverride().configureOutput({ writeErr: () => undefined });
  await program.parseAsync(['env', ...words], { from: 'user' });
  return printed;
}

const edit = (from: string | RegExp, to: string): void =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));

const python = ['python', 'backend'];

describe('mooring env', () => {
  test('prints what it writes to a file, which it then finds to be the latest', async () => {
    const text = await run(python);
    expect(await run([...python, '--out', file])).toBe(`Wrote ${file}.\n`);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(await run([...python, '--check', file])).toBe(`${file} is the latest.\n`);
    edit(/\n/g, '\r\n');
    expect(await run([...python, '--check', file])).toBe(`${file} is the latest.\n`);
  });

  test('names the variable of a default that was edited by hand, and the command that writes it anew', async () => {
    await run([...python, '--out', file]);
    edit('= 6379\n', '= 6380\n');
    const refused = run([...python, '--check', file]);
    await expect(refused).rejects.toMatchObject({ code: 'DIFFERENT' });
    await expect(refused).rejects.toThrow(
      /REDIS_PORT, line \d+:\n +- REDIS_PORT: .+ = 6380\n +\+ REDIS_PORT: .+ = 6379\nRun ".+ env python backend --out .+settings\.py"/,
    );
    await run([...python, '--out', file]);
    expect(await run([...python, '--check', file])).toContain('is the latest');
  });

  test.each([
    ['a line of a variable that is gone', /\n {4}REDIS_DB: .+/, '', 'REDIS_DB, line'],
    ['a line more', /\n {4}REDIS_DB: .+/, '$&\n    REDIS_BD: int = 1', 'REDIS_DB, line'],
    ['two that changed', /(REDIS_(DB|PORT): .+ = )\d+\n/g, '$15\n', 'REDIS_DB, line'],
    ['code of no variable', 'value = int(text)', 'value = int(text, 0)', '  line'],
    ['a last line that is cut', /\n$/, '', '  line'],
  ])('finds %s', async (_, from, to, expected) => {
    await run([...python, '--out', file]);
    edit(from, to);
    await expect(run([...python, '--check', file])).rejects.toThrow(expected);
  });

  test('finds a file that is missing, and a variable in every language', async () => {
    await expect(run([...python, '--check', file])).rejects.toThrow(`${file} is missing.\nRun "`);
    for (const language of ['typescript', 'json-schema', 'dotenv']) {
      const words = [language, 'backend'];
      await run([...words, '--out', join(folder, language)]);
      file = join(folder, language);
      edit(/(REDIS_PORT[^]+?)6379/, '$16380');
      await expect(run([...words, '--check', file]), language).rejects.toThrow('REDIS_PORT, line');
    }
  });

  test('does not show what was written into the line of a secret, or into a URL', async () => {
    const words = ['dotenv', 'backend', '--out', file];
    await run(words);
    edit('#NEO4J_PASSWORD=', 'NEO4J_PASSWORD=hunter2');
    edit('#LLM_BASE_URL=', 'LLM_BASE_URL=http://me:hunter2@llm');
    const { message } = await run(['dotenv', 'backend', '--check', file]).then(
      () => ({ message: '' }),
      (error: unknown) => error as Error,
    );
    expect(message).toMatch(/NEO4J_PASSWORD, line \d+:\n +- \(secret, not shown\)/);
    expect(message).toContain('LLM_BASE_URL=http://***@llm');
    expect(message).not.toContain('hunter2');
    // Nor does it take the place of values that somebody set.
    await expect(run(words)).rejects.toMatchObject({ code: 'CANNOT_WRITE' });
  });

  test('replaces no file of somebody else', async () => {
    writeFileSync(file, 'mine = 1\n');
    const refused = run([...python, '--out', file]);
    await expect(refused).rejects.toThrow('not as this command wrote it; nothing was written');
    expect(readFileSync(file, 'utf8')).toBe('mine = 1\n');
  });

  test('writes nothing where the command fails', async () => {
    await expect(run(['python', 'bakcend', '--out', file])).rejects.toThrow('Did you mean backend?');
    expect(existsSync(file)).toBe(false);
  });

  test('needs a name where several services read variables, and lists them', async () => {
    await expect(run(['python'])).rejects.toMatchObject({ code: 'USAGE' });
    await expect(run(['python'])).rejects.toThrow('read variables: redis, neo4j, qdrant, backend. Name one');
    await expect(run(['python', 'page'])).rejects.toThrow('"page" of stack "demo" reads no variables');
    await expect(run(['python'], [shopKind])).rejects.toThrow('queue, web, worker');
  });

  test('gives its results as data, too', async () => {
    const text = await run(python);
    const data = async (...words: string[]): Promise<unknown> =>
      JSON.parse(await run([...python, ...words, '-o', 'json']));
    expect(await data()).toEqual({ language: 'python', service: 'backend', text });
    expect(await data('--out', file)).toEqual({ language: 'python', service: 'backend', file });
    expect(await data('--check', file)).toEqual({ latest: true, file, differences: [] });
    edit('= 6379\n', '= 6380\n');
    await expect(data('--check', file)).rejects.toMatchObject({ code: 'DIFFERENT' });
    expect(JSON.parse(printed)).toMatchObject({
      latest: false,
      differences: [{ variables: ['REDIS_PORT'] }],
    });
  });

  test('takes --check or --out, and no other language', async () => {
    await expect(run([...python, '--check', file, '--out', file])).rejects.toThrow('cannot be used with');
    await expect(run(['ruby'])).rejects.toThrow(
      'Allowed choices are typescript, python, json-schema, dotenv',
    );
  });

  test('writes the same whatever the stack is called', async () => {
    const words = ['python', 'web'];
    const document = join(folder, 'shop.yaml');
    writeFileSync(document, 'metadata: { name: other, namespace: elsewhere }\n');
    expect(await run([...words, '-f', document], [shopKind])).toBe(await run(words, [shopKind]));
  });
});

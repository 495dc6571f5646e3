import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { starterConfig } from '../../cli/init/starter-config.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startLab, type Ended } from './cli/mooring.ts';

/** Every command with the stack that `init --config` writes, in its own folder and an API server; none has `-f`. */

const lab = forSuite(() => startLab());

const mooring = (...words: string[]): Promise<Ended> => lab().mooring(words);

async function json(...words: string[]): Promise<{ code: number | null; stderr: string; data: unknown }> {
  const { code, stdout, stderr } = await mooring(...words, '-o', 'json');
  return { code, stderr, data: stdout === '' ? undefined : (JSON.parse(stdout) as unknown) };
}

const [name, file] = ['coded', 'mooring.config.ts'];
const text = starterConfig({ name, namespace: name });
const write = (changed: string): Promise<void> => writeFile(join(lab().folder, file), changed);
const larger = text.replaceAll('64Mi', '96Mi');
const apply = ['apply', '--no-wait', '--yes'];

beforeAll(() => write(text));

describe('a stack in code', () => {
  test.each([[['status']], [['open', '--no-browser']], [['logs', 'web']]])(
    '%j of one that is not there ends with 66 and says so',
    async (words) => {
      const { code, stderr } = await mooring(...words);
      expect(code, stderr).toBe(66);
      expect(stderr).toMatch(
        /There is no (stack "coded"|pod of (web, )?(cache|web)|running pod of web) in namespace coded/,
      );
    },
  );

  test('is applied, told of, changed, rolled back to what its code was, and taken down', async () => {
    expect(await json('diff')).toMatchObject({ code: 1, data: { name, namespace: name } });
    expect(await json(...apply)).toMatchObject({ code: 0, data: { name, revision: 1 } });
    expect(await json('diff')).toMatchObject({ code: 0, data: { diff: [] } });
    expect(await json('status')).toMatchObject({
      code: 1,
      data: {
        services: [
          { service: 'web', wanted: 1 },
          { service: 'cache', kind: 'StatefulSet' },
        ],
      },
    });
    const { data } = await json('doctor');
    expect(data).toMatchObject({ ok: true });

    await write(larger);
    expect(await json('diff')).toMatchObject({ code: 1 });
    expect(await json(...apply)).toMatchObject({ code: 0, data: { revision: 2 } });
    await lab().kubectl(['-n', name, 'set', 'env', `deployment/${name}-web`, 'CACHE_PORT=6380']);
    const ill = await json('doctor');
    expect(ill.code).toBe(1);
    expect(JSON.stringify(ill.data)).toContain(
      'CACHE_PORT is 6380 in the cluster, but the contract says 6379',
    );

    const back = await mooring('rollback', '--yes', '--no-wait', '--force-conflicts');
    expect(back.code, back.stderr).toBe(0);
    expect(back.stderr).toContain(`${file} differs from this revision`);
    expect(await json('history')).toMatchObject({
      data: { revisions: [{ revision: 1 }, { revision: 2 }, { revision: 3, note: 'rollback to 1' }] },
    });
    await write(text);
    expect(await json('diff')).toMatchObject({ code: 0, data: { diff: [] } });

    const { data: gone } = await json('down', '--yes');
    expect((gone as { removed: string[] }).removed).toEqual(
      expect.arrayContaining([`StatefulSet ${name}-cache`, `Deployment ${name}-web`]),
    );
  });

  test('explain and graph tell of it, without a document', async () => {
    expect(await json('explain', 'CACHE_PORT')).toMatchObject({
      code: 0,
      data: [{ kind: 'variable', readBy: 'web', inThisStack: { value: '6379' } }],
    });
    expect((await mooring('graph')).stdout).toContain('redis 6379');
  });

  test('secrets rotate says that it generates none', async () => {
    const { code, stderr } = await mooring('secrets', 'rotate', '--dry-run');
    expect(code).toBe(65);
    expect(stderr).toContain('The stack "coded" has no secrets of its own');
  });

  test('a document beside it has to be named', async () => {
    const path = join(lab().folder, 'stack.yaml');
    await writeFile(path, 'kind: ChatStack\n');
    const { code, stderr } = await mooring('synth');
    expect(code).toBe(65);
    expect(stderr).toMatch(/^There are \.\/stack\.yaml and mooring\.config\.ts.* --file stack\.yaml/);
    expect((await mooring('synth', '--file', 'stack.yaml')).code).toBe(0);
    await rm(path);
    expect((await mooring('synth')).stdout).toContain('Stack "coded"');
  });

  test('the operator is of the kinds that documents are written of', async () => {
    const { code, stdout } = await mooring('operator', 'manifest');
    expect(code).toBe(0);
    expect(stdout).toContain('chatstacks.mooring.dev');
    expect(stdout.match(/kind: CustomResourceDefinition/g)).toHaveLength(1);
  });
});

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redis } from '../../contract/services/redis.ts';
import { storeSecretRule } from '../../contract/services/store.ts';
import { hostileTexts } from '../charts-ts/hostile-texts.ts';
import { capture } from '../servers/command.ts';
import { orSkip } from '../servers/or-skip.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';
import { startProcess } from '../servers/process.ts';
import { redisPath } from '../servers/redis.ts';

/** The contract's own start script, run by this machine's shell. */
const { container } = redis({
  image: 'redis',
  resources: { requests: { cpu: '1', memory: '64Mi' }, limits: { memory: '256Mi' } },
  storage: { size: '1Gi' },
});
const [shell = '', flags = '', script = ''] = container.command ?? [];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mooring-redis-start-'));
  // Stands for the server where only the lines it is given matter.
  await writeFile(join(folder, 'redis-server'), '#!/bin/sh\nexec cat\n');
  await chmod(join(folder, 'redis-server'), 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const starting = (password: string) =>
  capture(shell, [flags, script], {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}`, REDISCLI_AUTH: password },
  });

const isAllowed = new RegExp(`^(?:${storeSecretRule.pattern})$`);

describe('the start script of Redis', () => {
  test('gives the server the password of the contract’s rule as it is, and refuses every other one', async () => {
    const texts = hostileTexts(600).filter((text) => !text.includes('\0'));
    for (const password of texts) {
      const { code, stdout, stderr } = await starting(password);
      if (isAllowed.test(password))
        expect({ code, stdout }, JSON.stringify(password)).toEqual({
          code: 0,
          stdout: `requirepass "${password}"\n`,
        });
      else {
        expect(code, JSON.stringify(password)).not.toBe(0);
        expect(stdout).toBe('');
        expect(stderr).toMatch(
          /the Redis password must be printable ASCII without spaces, quotes and backslashes/,
        );
      }
    }
  });

  test('makes a real server ask for that password, whatever printable letters it is of', (context) =>
    orSkip(context, async () => {
      redisPath();
      const password = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
        .filter((letter) => isAllowed.test(letter))
        .join('');
      const port = await freePort();
      const files = Object.entries(container.files ?? {});
      const [path = '', content = ''] = files[0] ?? [];
      const here = join(folder, 'redis.conf');
      await writeFile(
        here,
        content.replace(/^port .*/m, `port ${port}\nbind ${LOOPBACK}`).replace(/^dir .*/m, `dir ${folder}`),
      );
      const server = await startProcess({
        command: shell,
        args: [flags, script.replace(path, here)],
        env: { REDISCLI_AUTH: password },
        logFile: join(folder, 'redis.log'),
        readyWhen: { logLine: /Ready to accept connections/ },
      });
      const ask = async (credentials: object): Promise<string> => {
        const client = new Redis({
          host: LOOPBACK,
          port,
          lazyConnect: true,
          retryStrategy: () => null,
          ...credentials,
        });
        let told = '';
        client.on('error', (error) => (told += String(error)));
        try {
          await client.connect();
          return await client.ping();
        } catch (error) {
          return `${String(error)} ${told}`;
        } finally {
          client.disconnect();
        }
      };
      try {
        expect(await ask({ password })).toBe('PONG');
        expect(await ask({})).toMatch(/NOAUTH/);
        expect(await ask({ password: 'another' })).toMatch(/WRONGPASS/);
      } finally {
        await server.stop();
      }
    }));
});

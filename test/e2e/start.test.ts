import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { holdDataFolder } from '../../app/data-folder.ts';
import { envOf } from '../app/env-of.ts';
import { capture } from '../servers/command.ts';
import { freePort } from '../servers/ports.ts';

test('npm start reads .env, and what the shell says wins', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-start-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, '.env'), 'REDIS_PORT=from-the-file\nNEO4J_PORT=from-the-file\n');
  const { code, stderr } = await capture(process.execPath, [resolve('scripts/start.ts')], {
    cwd: folder,
    env: { REDIS_PORT: 'from-the-shell' },
  });
  expect(code).toBe(78);
  expect(stderr).toContain('REDIS_PORT is "from-the-shell"');
  expect(stderr).toContain('NEO4J_PORT is "from-the-file"');
});

test('a second process exits with 78 before a port opens, and names the one that holds the folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-start-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  onTestFinished(await holdDataFolder(envOf({ EMBEDDED_STORES: 'neo4j', DATA_DIR: folder })));
  const ports = { HTTP_PORT: String(await freePort()), METRICS_PORT: String(await freePort()) };
  for (const program of ['app/main.ts', 'scripts/start.ts']) {
    const { code, stdout, stderr } = await capture(process.execPath, [program], {
      env: { EMBEDDED_STORES: 'neo4j', DATA_DIR: folder, ...ports },
    });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/ is in use by .*\. End that process, or set DATA_DIR to another folder\.\n$/);
    if (process.platform === 'linux') expect(stderr).toContain(`process ${process.pid}`);
  }
});

/** Loaded first, it makes every program believe that it runs on this Node. */
const pretend = (version: string): string =>
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;

/** What the commands of a user hand to Node: npm's scripts, cdk8s' program and the image's entry. */
async function programs(): Promise<Record<string, string>> {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
    scripts: Record<string, string>;
  };
  const { app } = parse(await readFile('cdk8s.yaml', 'utf8')) as { app: string };
  const commands = { ...scripts, 'cdk8s synth': app, 'the image': 'node app/main.mjs' };
  return Object.fromEntries(Object.entries(commands).filter(([, command]) => command.startsWith('node ')));
}

test.each(Object.entries(await programs()))(
  'on a Node below 22.19 %s says so in a sentence',
  async (_, command) => {
    for (const version of ['20.20.2', '22.18.9']) {
      const args = ['--import', pretend(version), ...command.split(' ').slice(1)];
      const { code, stdout, stderr } = await capture(process.execPath, args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.not.stringContaining('\n') as string });
      expect(stderr).toMatch(/^Mooring needs Node 22\.19 or newer; this is Node [\d.]+ \(.*\)\..*\n$/);
      expect(stderr).toContain(`this is Node ${version} `);
    }
  },
);

test('on Node 22.19 nothing is said of the Node', async () => {
  const args = ['--import', pretend('22.19.0'), 'app/main.mjs'];
  const { stderr } = await capture(process.execPath, args, { env: { REDIS_PORT: 'abc' } });
  expect(stderr).toMatch(/^REDIS_PORT is "abc"/);
});

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { capture } from '../servers/command.ts';
import { LOOPBACK, freePort } from '../servers/ports.ts';

const root = resolve(import.meta.dirname, '../..');
const launcher = join(root, 'cli/mooring');
const snapshot = join(root, 'build/cli/synth.blob');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PATH = process.env['PATH'] ?? '';

/** Runs the program as a user does who has its folder on the PATH, in a folder of its own. */
const mooring = (words: readonly string[], env: Record<string, string> = {}) =>
  capture(launcher, words, {
    cwd: folder,
    env: { PATH: `${dirname(launcher)}:${PATH}`, MOORING_STACK: '', KUBECONFIG: '', HOME: folder, ...env },
  });

const noStackTrace = /^\s+at .*\.ts:\d+/m;

describe('mooring synth', () => {
  test('writes the bytes npx cdk8s synth writes, and --check ends with 0', async () => {
    expect(await mooring(['synth'])).toMatchObject({ code: 0 });
    const ours = readFileSync(join(folder, 'dist/redis.k8s.yaml'), 'utf8');
    const { code } = await capture(process.execPath, [join(root, 'charts-ts/main.ts')], {
      cwd: folder,
      env: { MOORING_STACK: '', CDK8S_OUTDIR: join(folder, 'other') },
    });
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'other/redis.k8s.yaml'), 'utf8')).toBe(ours);
    expect(await mooring(['synth', '--check'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('leaves nothing secret for git to add, in a repository that ignores nothing', async () => {
    await capture('git', ['init', '--quiet'], { cwd: folder });
    await mooring(['synth']);
    const { stdout } = await capture('git', ['status', '--porcelain', '--untracked-files=all'], {
      cwd: folder,
    });
    expect(stdout).toContain('?? dist/redis.k8s.yaml\n');
    expect(existsSync(join(folder, 'dist/0001-secrets.k8s.yaml'))).toBe(true);
    expect(existsSync(join(folder, '.mooring/secrets/chat.demo.json'))).toBe(true);
    expect(stdout).not.toMatch(/secrets/);
  });

  test.each([
    ['synth', '--stdout'],
    ['verify', '--help'],
  ])('%s %s says nothing when its reader has seen enough', async (...words) => {
    const { code, stdout, stderr } = await capture('sh', ['-c', '"$@" | true', 'sh', launcher, ...words], {
      cwd: folder,
      env: { MOORING_STACK: '', HOME: folder },
    });
    expect({ code, stdout, stderr: stderr.replace(/^The Secret of .*\n/, '') }).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('--check ends with 1 and names each stale file; nothing is written', async () => {
    await mooring(['synth']);
    writeFileSync(join(folder, 'dist/redis.k8s.yaml'), 'edited: true\n');
    rmSync(join(folder, 'dist/qdrant.k8s.yaml'));
    writeFileSync(join(folder, 'dist/old.k8s.yaml'), '');
    const { code, stdout, stderr } = await mooring(['synth', '--check']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      [
        'dist/redis.k8s.yaml is not the latest.',
        'dist/qdrant.k8s.yaml is missing.',
        'dist/old.k8s.yaml is not of this stack any more.',
        'Run "mooring synth" and commit what it writes.',
        '',
      ].join('\n'),
    );
    expect(readFileSync(join(folder, 'dist/redis.k8s.yaml'), 'utf8')).toBe('edited: true\n');
  });

  test('--check in another clone needs no secret, and makes none', async () => {
    await mooring(['synth']);
    rmSync(join(folder, '.mooring'), { recursive: true });
    rmSync(join(folder, 'dist/0001-secrets.k8s.yaml'));
    expect(await mooring(['synth', '--check'])).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, '.mooring'))).toBe(false);
  });

  test('--stdout is one stream, also as JSON, and says that it holds the Secret', async () => {
    const { code, stdout, stderr } = await mooring(['synth', '--stdout', '-o', 'json']);
    expect(code).toBe(0);
    const { kind, items } = JSON.parse(stdout) as { kind: string; items: { kind: string }[] };
    expect(kind).toBe('List');
    expect(items[0]?.kind).toBe('Namespace');
    expect(stderr).toContain('keep them out of git');
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  test('a document that is wrong ends with 65, one that is not there or a folder with 66', async () => {
    writeFileSync(join(folder, 'stack.yaml'), 'spec: { redsi: 1 }\n');
    const { code, stderr } = await mooring(['synth']);
    expect(code).toBe(65);
    expect(stderr).toContain('Did you mean "redis"?');
    expect(stderr).not.toMatch(noStackTrace);
    expect(await mooring(['synth', '-f', 'nowhere.yaml'])).toMatchObject({ code: 66 });
    expect(await mooring(['synth', '-f', '.'])).toMatchObject({ code: 66 });
  });
});

describe('the snapshot', () => {
  test('is there after npm ci', () => {
    expect(existsSync(snapshot)).toBe(true);
  });

  test('reads folder, environment and arguments of each run anew', async () => {
    writeFileSync(join(folder, 'there.yaml'), 'metadata: { name: there }\n');
    const { stdout } = await mooring(['synth', '-o', 'json'], { MOORING_STACK: 'there.yaml' });
    expect(JSON.parse(stdout)).toMatchObject({ name: 'there', source: 'there.yaml', folder: 'dist' });
    expect(await mooring(['synth', '--help'])).toMatchObject({ code: 0 });
    expect(await mooring(['synth', '--nope'])).toMatchObject({ code: 64 });
  });

  test('is not used where a stack is written in code', async () => {
    expect(await mooring(['init', '--config', '--name', 'tiny'])).toMatchObject({ code: 0 });
    const { stdout } = await mooring(['synth', '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'tiny', source: 'mooring.config.ts' });
  });

  test('of older sources is not used', async () => {
    // A copy, so that nothing of this clone changes.
    const copy = join(folder, 'clone');
    for (const part of [
      'cli',
      'config',
      'charts-ts',
      'model',
      'contract',
      'kube',
      'deploy',
      'dial',
      'scripts',
      'build/cli',
      'package.json',
      'package-lock.json',
    ])
      cpSync(join(root, part), join(copy, part), { recursive: true, preserveTimestamps: true });
    cpSync(join(root, 'node_modules/node'), join(copy, 'node_modules/node'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const changed = join(copy, 'contract/presets.ts');
    writeFileSync(
      changed,
      `${readFileSync(changed, 'utf8')}\nthrow new Error('these sources are what runs');\n`,
    );
    const run = () =>
      capture(join(copy, 'cli/mooring'), ['synth', '--stdout'], { cwd: folder, env: { MOORING_STACK: '' } });
    const long = new Date(2020, 0, 1);
    utimesSync(changed, long, long);
    expect((await run()).code, 'unchanged by its time: the snapshot runs').toBe(0);
    const now = new Date(Date.now() + 1_000);
    utimesSync(changed, now, now);
    const { code, stderr } = await run();
    expect(code).not.toBe(0);
    // It has no node_modules, so whichever it meets first: both are the sources.
    expect(stderr).toMatch(/these sources are what runs|Cannot find package/);
  });
});

describe('every mistake is told in words, with its exit code', () => {
  test.each<[string, string[], number, RegExp]>([
    ['no command', [], 64, /Usage: mooring/],
    ['an unknown command', ['synht'], 64, /Did you mean synth\?/],
    ['an unknown option', ['status', '--wacth'], 64, /Did you mean --watch\?/],
    ['an unknown output', ['explain', '6379', '-o', 'xml'], 64, /json, yaml/],
    ['an unknown name', ['explain', 'REDIS_PROT'], 66, /Did you mean REDIS_PORT\?/],
    ['no kubeconfig', ['status'], 66, /kubeconfig/],
    [
      'an unknown context',
      ['doctor', '--kubeconfig', 'kubeconfig.yaml', '--context', 'prod'],
      66,
      /no context "prod".*here/,
    ],
    ['an API server that is away', ['status', '--kubeconfig', 'kubeconfig.yaml'], 69, /here/],
    ['an env file for a cluster', ['doctor', '--dotenv', '.env'], 64, /--local/],
    [
      'an env file that is not there',
      ['doctor', '--local', '--dotenv', 'no.env'],
      66,
      /no\.env cannot be read/,
    ],
    ['a wrong duration', ['logs', '--since', 'yesterday', '--kubeconfig', 'kubeconfig.yaml'], 64, /10m/],
    [
      'a service nobody runs',
      ['logs', 'bakcend', '--kubeconfig', 'kubeconfig.yaml'],
      66,
      /Did you mean backend\?/,
    ],
    ['a wrong name', ['init', '--name', 'A_b'], 65, /metadata\.name/],
  ])('%s', async (_, words, exit, told) => {
    const server = `https://${LOOPBACK}:${await freePort()}`;
    writeFileSync(
      join(folder, 'kubeconfig.yaml'),
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'here' },
        clusters: [{ name: 'here', cluster: { server } }],
        contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
        users: [{ name: 'me', user: { token: 'a-token-of-the-tests' } }],
      }),
    );
    const { code, stdout, stderr } = await mooring(words);
    expect({ code, text: stdout + stderr }).toEqual({
      code: exit,
      text: expect.stringMatching(told) as string,
    });
    expect(stderr).not.toMatch(noStackTrace);
    expect(stderr).not.toContain('a-token-of-the-tests');
  });

  test.each([['-f'], ['the environment']])(
    'a document on standard input, by %s, is refused with its line',
    async (by) => {
      const { code, stderr } = await capture(launcher, by === '-f' ? ['synth', '-f', '-'] : ['synth'], {
        cwd: folder,
        env: { MOORING_STACK: by === '-f' ? '' : '-' },
        input: 'spec:\n  presett: dev\n',
      });
      expect(code).toBe(65);
      expect(stderr).toContain('standard input:2:3: spec.presett: "dev" under an unknown key');
    },
  );

  test('a file that is there is not replaced', async () => {
    expect(await mooring(['init'])).toMatchObject({ code: 0 });
    expect(await mooring(['init'])).toMatchObject({ code: 73 });
    expect(await mooring(['init', '--force'])).toMatchObject({ code: 0 });
  });

  test('what init writes names no path of this machine, and has its schema where it says', async () => {
    expect(await mooring(['init', 'clinic/stack.yaml'])).toMatchObject({ code: 0 });
    const text = readFileSync(join(folder, 'clinic/stack.yaml'), 'utf8');
    expect(text).not.toContain(root);
    const [, schema = ''] = /\$schema=(\S+)/.exec(text) ?? [];
    expect(readFileSync(join(folder, 'clinic', schema), 'utf8')).toBe(
      readFileSync(join(root, 'docs/reference/chatstack.schema.json'), 'utf8'),
    );
  });
});

describe('how it is called', () => {
  /** Runs a line as a shell does in the folder; there is a project that has the package, and a folder on the PATH. */
  const typed = async (line: string) => {
    for (const place of ['node_modules/.bin', 'on-path']) {
      mkdirSync(join(folder, place), { recursive: true });
      for (const name of ['mooring', 'kubectl-mooring'])
        if (!existsSync(join(folder, place, name))) symlinkSync(launcher, join(folder, place, name));
    }
    // As kubectl runs its plugins.
    writeFileSync(
      join(folder, 'on-path/kubectl'),
      '#!/bin/sh\nplugin=kubectl-$1\nshift\nexec "$plugin" "$@"\n',
      {
        mode: 0o755,
      },
    );
    const own = { MOORING_STACK: '', HOME: folder, PATH: `${join(folder, 'on-path')}:${PATH}` };
    return capture('sh', ['-c', line], { cwd: folder, env: own });
  };

  test.each<[string, () => string, RegExp?]>([
    ['npx mooring', () => 'npx mooring'],
    ['mooring', () => 'mooring'],
    ['kubectl mooring', () => 'kubectl mooring'],
    ['the path of a link', () => 'on-path/mooring', /^on-path\/mooring$|^mooring$/],
    ['the path of the launcher', () => relative(folder, launcher)],
    ['Node', () => `node ${relative(folder, join(root, 'cli/main.mjs'))}`, /^\S*node \S+\/cli\/main\.mjs$/],
    ['Node in a clone', () => `cd ${root}; npx node test/kinds/cli.ts`, /^npx node test\/kinds\/cli\.ts$/],
  ])('what is shown to who calls %s begins with that, and runs as it stands', async (_, called, as) => {
    const line = `unset MOORING_CALLED_AS; ${called()}`;
    const { stdout } = await typed(`${line} explain`);
    const [, shown = ''] = /^"(.*) explain CODE" says more/m.exec(stdout) ?? [];
    if (as) expect(shown).toMatch(as);
    else expect(shown).toBe(called());
    const isThere = line.includes('cd ') ? `cd ${root}; ` : '';
    expect(await typed(`${isThere}${shown} explain PORT_NOT_SERVED`)).toMatchObject({ code: 0 });
  });

  test('what a snapshot shows begins with what was called, too', async () => {
    const { stderr } = await typed('npx mooring synth --check');
    expect(stderr).toContain('Run "npx mooring synth" and commit');
  });

  test('a line of its output is plain without a terminal', async () => {
    const { stdout } = await mooring(['doctor', '--local'], { EMBEDDED_STORES: 'redis,neo4j,qdrant' });
    expect(stdout).not.toMatch(/\u001b/);
  });

  test('a Node that is too old is told in a sentence', async (context) => {
    const old = await oldNode();
    if (old === undefined) return context.skip('This machine has no Node older than 22.19.');
    const { code, stderr } = await capture(old, [join(root, 'cli/main.mjs'), 'synth'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(/^Mooring needs Node 22\.19 or newer; this is Node \S+ .*$/);
  });

  test.each([
    ['npx mooring --version', 'npx', ['mooring', '--version']],
    ['npm ci', 'npm', ['ci', '--dry-run', '--ignore-scripts', '--prefer-offline']],
  ])("%s warns of nothing, whatever Node is the user's own", async (_, command, words) => {
    const path = PATH.split(':')
      .filter((part) => !part.includes('node_modules'))
      .join(':');
    // `npm test` passes its own log level on.
    const asTyped = ['-u', 'npm_config_loglevel', command, ...words];
    // npx warns when it first links the package into its cache.
    const cache = command === 'npx' ? { npm_config_cache: join(folder, 'npm') } : {};
    const { code, stdout, stderr } = await capture('env', asTyped, {
      cwd: root,
      env: { PATH: path, ...cache },
    });
    expect(`${stdout}${stderr}`).not.toMatch(/npm warn/);
    expect(code).toBe(0);
  });

  test('bash completes commands, options and their values', async () => {
    const { stdout: script } = await mooring(['completion', 'bash']);
    expect(await capture('bash', ['-n'], { input: script })).toMatchObject({ code: 0, stderr: '' });
    const asked = async (...words: string[]) => (await mooring(['complete', '--', ...words])).stdout;
    expect(await asked('st')).toMatch(/^status\t/m);
    expect(await asked('status', '--w')).toMatch(/^--watch\t/m);
    expect(await asked('status', '--output', '')).toMatch(/^json\b.*^yaml\b/ms);
    expect(await asked('explain', 'PORT_NOT')).toMatch(/^PORT_NOT_SERVED\tA client or a route dials/m);
    const plugin = join(folder, 'kubectl_complete-mooring');
    symlinkSync(launcher, plugin);
    expect((await capture(plugin, ['doc'], { cwd: folder })).stdout).toMatch(/^doctor\t/m);
  });
});

/** A Node of this machine that is too old for the project, if there is one. */
async function oldNode(): Promise<string | undefined> {
  const { stdout } = await capture('sh', ['-c', 'which -a node']);
  for (const path of stdout.split('\n').filter((line) => line !== '')) {
    const version = (await capture(path, ['--version'])).stdout;
    const [, major = 0, minor = 0] = /^v(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
    if (major < 22 || (major === 22 && minor < 19)) return path;
  }
  return undefined;
}

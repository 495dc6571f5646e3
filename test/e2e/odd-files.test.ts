import {
  existsSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { capture } from '../servers/command.ts';

const launcher = join(resolve(import.meta.dirname, '../..'), 'cli/mooring');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-odd-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program as a user does; `timeout` ends one that hangs, with 124. */
const mooring = (...words: string[]) =>
  capture('timeout', ['60', launcher, ...words], {
    cwd: folder,
    env: { MOORING_STACK: '', KUBECONFIG: '', HOME: folder },
  });

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

/** It ended with that code, in a sentence and without a stack trace. */
async function expectEnding(words: string[], exit: number, told: RegExp): Promise<void> {
  const { code, stdout, stderr } = await mooring(...words);
  expect({ code, text: stdout + stderr }).toEqual({
    code: exit,
    text: expect.stringMatching(told) as string,
  });
  expect(stderr).not.toMatch(/^\s+at |fault of mooring/m);
}

const bomb = [
  'spec:',
  '  ingress: &a0 { host: a.b, annotations: { k: v } }',
  ...Array.from(
    { length: 12 },
    (_, index) => `  x${index}: &a${index + 1} [${Array.from({ length: 9 }, () => `*a${index}`).join(', ')}]`,
  ),
].join('\n');

describe('a document that is no ordinary file is refused in a sentence, without a hang', () => {
  test.each(['synth', 'explain', 'diff'])('mooring %s of a FIFO', async (command) => {
    await capture('mkfifo', [join(folder, 'pipe')]);
    const words = command === 'explain' ? [command, '6379'] : [command];
    await expectEnding(
      [...words, '-f', 'pipe'],
      66,
      /pipe cannot be read: it is a pipe, a device or a socket/,
    );
  });

  test.each([
    ['a device', '/dev/zero', /it is a pipe, a device/],
    ['a folder', '.', /it is a folder/],
    ['a link to nothing', 'dangling', /dangling cannot be read: ENOENT/],
    ['a link to itself', 'loop', /loop cannot be read: ELOOP/],
    ['a file that is not there', 'nowhere', /There is no file "nowhere"/],
  ])('%s', async (_, path, told) => {
    symlinkSync('nothing', join(folder, 'dangling'));
    symlinkSync('loop', join(folder, 'loop'));
    await expectEnding(['synth', '-f', path], 66, told);
  });

  test('./stack.yaml that is a link to nothing is not taken for no document', async () => {
    symlinkSync('nothing', join(folder, 'stack.yaml'));
    await expectEnding(['synth'], 66, /stack\.yaml cannot be read/);
    expect(existsSync(join(folder, 'dist'))).toBe(false);
  });

  test('one of a gigabyte', async () => {
    const file = openSync(join(folder, 'large.yaml'), 'w');
    ftruncateSync(file, 1_073_741_824);
    await expectEnding(['synth', '-f', 'large.yaml'], 65, /1024 MiB large; expected 1 MiB at most/);
  });

  test.each([
    ['synth', ['synth', '-f', '-']],
    ['explain', ['explain', '6379', '-f', '-']],
    ['diff', ['diff', '-f', '-']],
  ])('standard input without end, by %s', async (_, words) => {
    const { code, stdout, stderr } = await capture(
      'sh',
      ['-c', 'yes "a: b" | timeout 60 "$0" "$@"', launcher, ...words],
      { cwd: folder, env: { MOORING_STACK: '', KUBECONFIG: '', HOME: folder } },
    );
    expect({ code, text: stdout + stderr }).toEqual({
      code: 65,
      text: expect.stringMatching(
        /standard input cannot be read: it is too large; expected 1 MiB at most/,
      ) as string,
    });
    expect(stderr).not.toMatch(/^\s+at |fault of mooring/m);
  });

  test('one with 300,000 annotations', async () => {
    const annotations = Array.from({ length: 300_000 }, (_, index) => `      k${index}: v\n`).join('');
    write('many.yaml', `spec:\n  ingress:\n    host: a.b\n    annotations:\n${annotations}`);
    await expectEnding(['synth', '-f', 'many.yaml'], 65, /MiB large/);
  });

  test('one whose aliases multiply, and one that is nested without end', async () => {
    write('bomb.yaml', bomb);
    await expectEnding(['synth', '-f', 'bomb.yaml'], 65, /bomb\.yaml is no document: its aliases/);
    write('stack.yaml', bomb);
    await expectEnding(['explain', '6379'], 65, /stack\.yaml is no document: its aliases/);
    write('cycle.yaml', 'spec: { backend: { autoscaling: &a { minReplicas: 1, x: *a } } }\n');
    await expectEnding(['synth', '-f', 'cycle.yaml'], 65, /cycle\.yaml is no document: an alias/);
    write('deep.yaml', `spec: ${'['.repeat(100_000)}`);
    await expectEnding(['synth', '-f', 'deep.yaml'], 65, /deep\.yaml is no(t one YAML)? document/);
  });
});

test('a kubeconfig that is a FIFO, named or at its usual place, hangs no command', async () => {
  mkdirSync(join(folder, '.kube'));
  await capture('mkfifo', [join(folder, '.kube/config')]);
  await expectEnding(
    ['status', '--kubeconfig', '.kube/config'],
    66,
    /The kubeconfig cannot be read: \.kube\/config is a folder, a pipe or a device; expected a file/,
  );
  await expectEnding(['history'], 66, /The kubeconfig cannot be read: .* expected a file/);
});

describe('manifests that are no ordinary files', () => {
  test.each([
    ['aliases that multiply', 'bomb.yaml', 65, /its aliases/],
    ['an alias of itself', 'cycle.yaml', 65, /cycle\.yaml:3: the alias \*a stands inside what it refers to/],
    ['a FIFO', 'pipe', 66, /it is a pipe/],
    ['a link to nothing', 'dangling', 66, /There is no dangling/],
  ])('verify of %s', async (_, path, exit, told) => {
    write('cycle.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, labels: &a { x: *a } }\n');
    write('bomb.yaml', `apiVersion: v1\nkind: ConfigMap\n${bomb}`);
    await capture('mkfifo', [join(folder, 'pipe')]);
    symlinkSync('nothing', join(folder, 'dangling'));
    await expectEnding(['verify', path], exit, told);
  });
});

describe('manifests that are too many or too large are refused within bounded memory', () => {
  const tooLarge = /is larger than 32 MiB; verify parts of it/;

  test('standard input without end', async () => {
    const { code, stderr } = await capture('sh', ['-c', `yes | timeout 60 ${launcher} verify -`], {
      cwd: folder,
    });
    expect({ code, stderr }).toEqual({ code: 65, stderr: expect.stringMatching(tooLarge) as string });
  });

  test('a file of 50 MB, and one of millions of list items', async () => {
    write('large.yaml', `apiVersion: v1\nkind: ConfigMap\ndata:\n${'  # a line\n'.repeat(5_000_000)}`);
    await expectEnding(['verify', 'large.yaml'], 65, tooLarge);
    write('many.yaml', `apiVersion: v1\nkind: ConfigMap\ndata: [${'a,'.repeat(5_000_000)}]\n`);
    await expectEnding(
      ['verify', 'many.yaml'],
      65,
      /has more than 1000000 lines and list items; verify parts/,
    );
  });

  test('a folder whose files are too large together', async () => {
    for (const name of ['a.yaml', 'b.yaml', 'c.yaml'])
      write(
        name,
        `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n${`# ${'long '.repeat(12)}\n`.repeat(200_000)}`,
      );
    await expectEnding(['verify', '.'], 65, /What you named, all together, is larger than 32 MiB/);
  });

  test('a folder with a loop of links, and with a folder called as a manifest', async () => {
    mkdirSync(join(folder, 'sub.yaml'));
    write('a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n');
    await expectEnding(['verify', '.'], 0, /1 object: no findings/);
    symlinkSync('.', join(folder, 'loop.yaml'));
    await expectEnding(['verify', '.'], 66, /loop\.yaml cannot be read: it is a folder/);
  });
});

describe('synth removes and writes nothing that is not its own', () => {
  test('dist that is a link: the files it leads to stay', async () => {
    mkdirSync(join(folder, 'precious'));
    write('precious/theirs.k8s.yaml', 'theirs: true\n');
    symlinkSync('precious', join(folder, 'dist'));
    await expectEnding(['synth'], 73, /dist cannot be written: it is a link/);
    expect(readFileSync(join(folder, 'precious/theirs.k8s.yaml'), 'utf8')).toBe('theirs: true\n');
    expect(existsSync(join(folder, 'precious/.gitignore'))).toBe(false);
  });

  test('dist that is a file, and a folder called as a manifest', async () => {
    write('dist', 'mine');
    await expectEnding(['synth'], 73, /dist cannot be written: it is a file/);
    expect(readFileSync(join(folder, 'dist'), 'utf8')).toBe('mine');
    rmSync(join(folder, 'dist'));
    mkdirSync(join(folder, 'dist/redis.k8s.yaml'), { recursive: true });
    await expectEnding(['synth'], 73, /redis\.k8s\.yaml in it is a folder/);
  });

  test('links in dist: they go, what they lead to stays', async () => {
    mkdirSync(join(folder, 'dist'));
    write('theirs.yaml', 'theirs: true\n');
    symlinkSync('../theirs.yaml', join(folder, 'dist/redis.k8s.yaml'));
    symlinkSync('../made-by-us', join(folder, 'dist/.gitignore'));
    expect(await mooring('synth')).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'theirs.yaml'), 'utf8')).toBe('theirs: true\n');
    expect(lstatSync(join(folder, 'dist/redis.k8s.yaml')).isFile()).toBe(true);
    expect(existsSync(join(folder, 'made-by-us'))).toBe(false);
  });

  test('init --force replaces no pipe and no link', async () => {
    await capture('mkfifo', [join(folder, 'stack.yaml')]);
    await expectEnding(['init', '--force'], 73, /--force replaces only a file/);
  });
});

test.each(['__proto__', 'constructor', 'toString', 'spec.__proto__', 'hasOwnProperty', '.', '*'])(
  'explain %s: nothing is called so',
  (name) => expectEnding(['explain', name], 66, /Nothing is called/),
);

test('a key of a document that every object has is refused as any unknown one', async () => {
  write('stack.yaml', 'spec: { __proto__: { a: 1 }, constructor: 1 }\n');
  await expectEnding(['synth'], 65, /unknown key/);
});

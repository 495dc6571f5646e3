import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { writeFixes } from '../../cli/verify/fix.ts';
import { replaceFile } from '../../cli/verify/replace-file.ts';
import { presetYaml } from '../proof/manifests.ts';
import { verifyCli } from './verify-cli.ts';

const { run, written, printed, folder } = verifyCli();
const good = presetYaml('dev');
const bad = good.replace('REDIS_PORT: "6379"', 'REDIS_PORT: "6380"');

test('a folder without a contradiction ends with 0', async () => {
  written('all.yaml', good);
  written('notes.txt', 'not a manifest');
  expect(await run(folder())).toBeUndefined();
  expect(printed()).toBe('33 objects: no findings.\n');
});

test('a finding ends with 1 and names file and line', async () => {
  const file = written('all.yaml', bad);
  expect(await run(file)).toBe(1);
  expect(printed()).toMatch(new RegExp(`^${file}:\\d+: error: PORT_NOT_SERVED: REDIS_PORT is "6380"`));
  expect(printed()).toMatch(/33 objects, 1 error\.\n"mooring explain PORT_NOT_SERVED" says [^\n]*\n$/);
});

test.each(['json', 'yaml'])('-o %s is data', async (format) => {
  expect(await run(written('all.yaml', bad), '-o', format)).toBe(1);
  expect(parse(printed())).toMatchObject({
    objects: 33,
    errors: 1,
    findings: [{ code: 'PORT_NOT_SERVED', severity: 'error', here: { value: '6380' } }],
  });
});

test('a warning ends with 0, and with 1 where it is asked for', async () => {
  const file = written('all.yaml', good.replace(/replicas: 1$/m, 'replicas: 0'));
  expect(await run(file)).toBeUndefined();
  expect(printed()).toMatch(/^.*: warning: NO_PODS: /m);
  expect(printed()).toMatch(/33 objects, 2 warnings\.\n"mooring explain NO_PODS" says [^\n]*\n$/);
  expect(printed().split('mooring explain'), 'it is said once').toHaveLength(2);
  expect(await run(file, '--strict')).toBe(1);
});

test('several files are one proof', async () => {
  const [first = '', ...rest] = good.split('---\n');
  expect(await run(written('a.yaml', first), written('b.yaml', rest.join('---\n')))).toBeUndefined();
});

test.each([
  ['a file that is not there', () => join(folder(), 'none.yaml'), { code: 'NO_SUCH_FILE' }, 'There is no'],
  ['a file that is no YAML', () => written('bad.yaml', 'a: b\n c: d\n'), { name: 'UserError' }, 'bad.yaml:'],
  [
    'a file that holds nothing',
    () => written('empty.yaml', '# nothing\n'),
    { name: 'UserError' },
    'There is no object in',
  ],
])('%s is a mistake its reader can mend', async (_, file, kind, message) => {
  await expect(run(file())).rejects.toMatchObject({
    ...kind,
    message: expect.stringContaining(message) as string,
  });
});

test('what is ignored is left out, counted, and ends with 0', async () => {
  const file = written('all.yaml', bad);
  expect(await run(file, '--ignore', 'PORT_NOT_SERVED@ConfigMap/demo-backend-config')).toBeUndefined();
  expect(printed()).toBe('33 objects, 1 ignored.\n');
});

test('--ignore takes one code, so that files may follow it, and may be repeated', async () => {
  const ignored = ['--ignore', 'IMAGE_TAGS', '--ignore', 'PORT_NOT_SERVED@ConfigMap/demo-backend-config'];
  expect(await run(...ignored, written('all.yaml', bad))).toBeUndefined();
});

test('-o sarif and -o junit and -o github end as without', async () => {
  const file = written('all.yaml', bad);
  for (const format of ['sarif', 'junit', 'github']) expect(await run(file, '-o', format), format).toBe(1);
  expect(printed()).toContain('::error file=');
});

test.each(['github', 'sarif', 'junit'])('-o %s says why the input cannot be read', async (format) => {
  const broken = written('broken.yaml', 'apiVersion: v1\nkind: [\n');
  await expect(run(broken, '-o', format)).rejects.toMatchObject({ name: 'UserError' });
  expect(printed()).toContain('UNREADABLE');
  expect(printed()).toContain('broken.yaml');
});

test('patches that a kustomization names, and lists of changes, are left out and named', async () => {
  const base = written('base.yaml', good);
  const patches = join(folder(), 'patches');
  mkdirSync(patches);
  const put = (file: string, text: string): void => {
    writeFileSync(join(folder(), file), text);
  };
  put('kustomization.yaml', 'patches: [{path: patches/more.yaml}]\nresources: [base.yaml]\n');
  put(
    'patches/more.yaml',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 3}\n',
  );
  put('patches/image.yaml', '- {op: replace, path: /spec/replicas, value: 2}\n');
  put('patches/gone.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: b}\n$patch: delete\n');
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await run(base, patches)).toBeUndefined();
  expect(told.mock.calls.join('')).toMatch(/^Left out.* \S+gone.yaml, \S+image.yaml, \S+more.yaml\./);
  await expect(run(patches)).rejects.toMatchObject({ name: 'UserError' });
});

test.each([
  ['a release that is not known', ['--kubernetes', '1.9'], 'choose one of 1.31, 1.32, 1.33, 1.34'],
  ['a code that is not there', ['--ignore', 'PORTS'], '"PORTS" is not CODE or CODE@Kind/name'],
])('%s is a mistake of the command line', async (_, words, message) => {
  await expect(run(written('all.yaml', good), ...words)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(message) as string,
  });
});

test('an older release has its own schema', async () => {
  expect(await run(written('all.yaml', good), '--kubernetes', '1.31')).toBeUndefined();
});

const misspelt = `apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {token: hunter2hunter2}
---
apiVersion: v1
kind: Service # public
metadata: {name: web}
spec: {clusterIP: None, sesionAffinity: ClientIP}
`;

test('--fix prints a diff without secrets, and changes nothing', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const file = written('all.yaml', misspelt);
  expect(await run(file, '--fix')).toBe(1);
  expect(printed()).toContain(
    '-spec: {clusterIP: None, sesionAffinity: ClientIP}\n+spec: {clusterIP: None, sessionAffinity: ClientIP}\n',
  );
  expect(printed()).not.toContain('sessionAffinity: ClientIP}\n+');
  expect(printed()).not.toContain('hunter2');
  expect(readFileSync(file, 'utf8')).toBe(misspelt);
});

test('--fix --write writes the file, and ends as what is left does', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const file = written('all.yaml', misspelt);
  expect(await run(file, '--fix', '--write')).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toBe(misspelt.replace('sesion', 'session'));
});

test('--fix -o json has the edits, -o json alone has none', async () => {
  const file = written('all.yaml', misspelt);
  await run(file, '--fix', '-o', 'json');
  expect(parse(printed())).toMatchObject({
    findings: [
      {
        edits: [
          { file, start: { line: 9, column: 25 }, end: { line: 9, column: 39 }, text: 'sessionAffinity' },
        ],
      },
    ],
  });
  await run(file, '-o', 'json');
  expect(printed()).not.toContain('edits');
});

test.each([
  ['--write without --fix', ['--write']],
  ['--fix with a format that has no edits', ['--fix', '-o', 'junit']],
  ['--write with -o', ['--fix', '--write', '-o', 'json']],
])('%s is a mistake of the command line', async (_, words) => {
  await expect(run(written('all.yaml', good), ...words)).rejects.toMatchObject({ code: 'USAGE' });
});

test('--fix --write keeps the mode of a file, and a link that leads to it', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const file = written('all.yaml', misspelt);
  chmodSync(file, 0o624);
  const link = join(folder(), 'link.yaml');
  symlinkSync('all.yaml', link);
  expect(await run(link, '--fix', '--write')).toBeUndefined();
  expect(readFileSync(file, 'utf8')).toContain('sessionAffinity');
  expect(statSync(file).mode & 0o777).toBe(0o624);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readdirSync(folder()).sort()).toEqual(['all.yaml', 'link.yaml']);
});

test('a file that changed since it was read is left alone, and so are the others', () => {
  const [file, other] = [written('a.yaml', 'of another\n'), written('b.yaml', 'as read\n')];
  const read = [
    { file, text: 'as read\n' },
    { file: other, text: 'as read\n' },
  ];
  const fixes = {
    fixed: [],
    overlapping: [],
    left: [],
    sources: read.map((one) => ({ ...one, text: 'mended\n' })),
  };
  expect(() => writeFixes(read, fixes)).toThrow(
    expect.objectContaining({
      code: 'CANNOT_WRITE',
      message: `Nothing was written: ${file} changed since it was read. Run it again.`,
    }) as Error,
  );
  expect([file, other].map((one) => readFileSync(one, 'utf8'))).toEqual(['of another\n', 'as read\n']);
});

test('a file that cannot be replaced leaves nothing beside it', () => {
  const target = join(folder(), 'all.yaml');
  mkdirSync(target);
  expect(() => replaceFile(target, 'text')).toThrow(/EISDIR|EEXIST|ENOTEMPTY/);
  expect(readdirSync(folder())).toEqual(['all.yaml']);
});

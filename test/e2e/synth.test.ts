import { chatKind } from '../../contract/chat-kind.ts';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nextSteps } from '../../charts-ts/next-steps.ts';
import { renderStack } from '../../charts-ts/render.ts';
import { findDocument, parseYaml } from '../../charts-ts/read-document.ts';
import { capture } from '../servers/command.ts';
import { stackOf } from '../charts-ts/rendered.ts';

const program = fileURLToPath(new URL('../../charts-ts/main.ts', import.meta.url));

// Each synth is a process of its own; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 30_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-synth-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const synth = (env: Record<string, string> = {}) =>
  capture(process.execPath, [program], {
    cwd: folder,
    env: { MOORING_STACK: '', CDK8S_OUTDIR: join(folder, 'dist'), ...env },
  });

const files = () =>
  readdirSync(join(folder, 'dist'))
    .filter((name) => name !== '.gitignore')
    .sort();
const written = (): unknown[] =>
  files().flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, 'dist', file), 'utf8')).map((one) => one.toJS() as unknown),
  );

test('without a document the defaults are written, Namespace first by file name, and the next command is said', async () => {
  const { code, stderr } = await synth();
  expect(code).toBe(0);
  expect(stderr).toContain('kubectl apply -f dist/\n');
  expect(stderr).toContain('kubectl apply --dry-run=server -f dist/');
  expect(files()).toEqual([
    '0000-namespace.k8s.yaml',
    '0001-secrets.k8s.yaml',
    '0002-policies.k8s.yaml',
    'backend.k8s.yaml',
    'neo4j.k8s.yaml',
    'qdrant.k8s.yaml',
    'redis.k8s.yaml',
  ]);
  expect(statSync(join(folder, 'dist', '0001-secrets.k8s.yaml')).mode & 0o777).toBe(0o600);
});

test('what is written is what renderStack gives, and the same again the next time', async () => {
  await synth();
  const first = written();
  const kept = JSON.parse(readFileSync(join(folder, '.mooring/secrets/chat.demo.json'), 'utf8')) as Record<
    string,
    string
  >;
  const rendered: object[] = renderStack(stackOf(), { secretValues: kept });
  expect(first).toHaveLength(rendered.length);
  expect(first).toEqual(expect.arrayContaining(rendered));
  await synth();
  expect(written()).toEqual(first);
});

test('./stack.yaml is read, and MOORING_STACK before it', async () => {
  writeFileSync(join(folder, 'stack.yaml'), 'metadata: { name: here }\nspec: { createNamespace: false }\n');
  writeFileSync(join(folder, 'other.yaml'), 'metadata: { name: there }\n');
  expect((await synth()).stderr).toContain('Stack "here" for namespace "chat", from stack.yaml');
  expect(files()).not.toContain('0000-namespace.k8s.yaml');
  expect((await synth({ MOORING_STACK: 'other.yaml' })).stderr).toContain('Stack "there"');
});

test('what must be there already is said: the namespace, and each Secret with its keys', () => {
  const stack = stackOf({
    createNamespace: false,
    secrets: { existingSecret: 'kept' },
    redis: { external: { host: 'cache.example.com', secretRef: { name: 'azure', key: 'pw' } } },
  });
  const lines = nextSteps(stack, 'a test', 'dist').split('\n');
  expect(lines.filter((line) => line.startsWith('Must exist: '))).toEqual([
    'Must exist: namespace chat (spec.createNamespace is false)',
    'Must exist: Secret azure with pw',
    'Must exist: Secret kept with neo4j-password, qdrant-password',
  ]);
  expect(nextSteps(stackOf(), 'a test', 'dist')).not.toContain('Must exist');
});

test("a service that is gone leaves no manifest behind, and nobody else's file is touched", async () => {
  await synth();
  writeFileSync(join(folder, 'dist', 'notes.txt'), 'mine');
  writeFileSync(join(folder, 'stack.yaml'), 'spec: { redis: { external: { host: cache.example.com } } }\n');
  await synth();
  expect(files()).not.toContain('redis.k8s.yaml');
  expect(files()).toContain('notes.txt');
});

test("a user's mistake ends with 65 and words, without a stack trace", async () => {
  writeFileSync(join(folder, 'mistaken.yaml'), 'spec: { presets: dev }\n');
  const { code, stderr } = await synth({ MOORING_STACK: 'mistaken.yaml' });
  expect({ code, stderr }).toEqual({
    code: 65,
    stderr: expect.stringContaining('Did you mean "preset"?') as string,
  });
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('a document that is not there is said to be missing', () => {
  expect(() => findDocument([chatKind], join(folder, 'nowhere.yaml'))).toThrow('There is no file');
});

test.each([
  ['a line that is no YAML', 'spec:\n  preset: [dev\n', 'x.yaml:3:1: '],
  ['two documents in one file', 'spec: {}\n---\nspec: {}\n', 'x.yaml:2:1: '],
  ['a key that stands twice', 'spec: {}\nspec: {}\n', 'x.yaml:2:1: '],
])('%s is refused with file, line and column', (_, text, said) => {
  expect(() => parseYaml(text, 'x.yaml')).toThrow(said);
});

test('a document of comments only says nothing', () => {
  expect(parseYaml('# only a comment\n', 'x.yaml').value).toBeNull();
});

import { chatKind } from '../../contract/chat-kind.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findDocument } from '../../charts-ts/read-document.ts';
import { StackError } from '../../model/define-stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'mooring-places-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'stack.yaml');

/** What a document is refused with, without the folder's name. */
function refusal(text: string): string[] {
  writeFileSync(file, text);
  try {
    findDocument([chatKind], file).stack();
  } catch (error) {
    if (error instanceof StackError)
      return error.problems.map(({ message }) => message.replace(`${folder}/`, ''));
    throw error;
  }
  throw new Error('The document was not refused.');
}

describe('a refused document names file, line and column', () => {
  test.each([
    ['an unknown key', 'spec:\n  redis:\n    imagge: x\n', '3:5: spec.redis.imagge: "x" under'],
    ['a wrong value', 'spec:\n  preset: prod\n', '2:11: spec.preset: "prod"'],
    [
      'a wrong value in a flow group',
      'spec: { backend: { replicas: many } }\n',
      '1:30: spec.backend.replicas',
    ],
    ['a text where a group is meant', 'spec:\n  redis: no\n', '2:10: spec.redis: "no"'],
    [
      'nothing where a value is meant',
      'spec:\n  ingress:\n    host:\n',
      '3:10: spec.ingress.host: null; expected a text',
    ],
    ['a group where a text is meant', 'spec:\n  preset:\n    a: 1\n', '2:3: spec.preset'],
    ['a key that is missing', 'spec:\n  ingress:\n    className: x\n', '2:3: spec.ingress.host: nothing'],
    [
      'an element of a list',
      'spec:\n  images:\n    pullSecrets:\n      - fine\n      - Not_Fine\n',
      '5:9: spec.images.pullSecrets.1',
    ],
    [
      'a branch of a union',
      'spec:\n  backend:\n    autoscaling:\n      minReplicas: 0\n      maxReplicas: 2\n',
      '4:20: spec.backend.autoscaling.minReplicas: 0',
    ],
    [
      'two fields that exclude each other',
      'spec:\n  redis:\n    external: { host: a }\n    image: x\n',
      '2:3: spec.redis: ',
    ],
    [
      'a value behind an alias, where it is written',
      'metadata:\n  annotations: &shared { hosts: a }\nspec:\n  ingress: *shared\n',
      '2:26: spec.ingress.hosts',
    ],
    ['a document that is no group', '- a\n', '1:1: (the document)'],
    ['JSON', '{\n  "spec": {\n    "preset": "prod" } }\n', '3:15: spec.preset'],
    ['lines that end as on Windows', 'spec:\r\n  preset: prod\r\n', '2:11: spec.preset'],
  ])('%s', (_, text, start) => {
    expect(refusal(text).map((line) => line.slice(0, `stack.yaml:${start}`.length))).toContain(
      `stack.yaml:${start}`,
    );
  });
});

describe('a document that contradicts itself names file, line and column', () => {
  test.each([
    ['a group', 'spec:\n  auth:\n    mode: jwt\n', ['2:3: spec.auth: mode is "jwt" without']],
    [
      'what a preset misses, at what is there of it',
      'spec:\n  preset: production\n  auth: { mode: none }\n  secrets: {}\n',
      ['3:17: spec.auth.mode: "none"', '4:3: spec.secrets.existingSecret: nothing'],
    ],
    [
      'a service, at its group',
      'spec:\n  preset: dev\n  qdrant:\n    resources: { requests: { memory: 2Gi }, limits: { memory: 1Gi } }\n',
      ['3:3: Service "qdrant": it requests 2Gi of memory but may use 1Gi at most'],
    ],
    [
      'a name that is too long',
      `metadata:\n  namespace: chat\n  name: ${'long'.repeat(12)}\n`,
      ['3:9: The workload name'],
    ],
  ])('%s', (_, text, starts) => {
    const refused = refusal(text);
    for (const start of starts)
      expect(refused.filter((line) => line.startsWith(`stack.yaml:${start}`))).not.toEqual([]);
  });
});

test('sabotage: a document one line lower is refused one line lower', () => {
  const [first] = refusal('spec:\n  preset: prod\n');
  const [lower] = refusal('# a comment\nspec:\n  preset: prod\n');
  expect(lower).toBe(first?.replace('stack.yaml:2:', 'stack.yaml:3:'));
});

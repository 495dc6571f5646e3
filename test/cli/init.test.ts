import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { readDocument } from '../../model/read-document.ts';
import { hostileTexts } from '../charts-ts/hostile-texts.ts';

const starter = {
  name: 'demo',
  namespace: 'chat',
  preset: 'dev',
  schema: 'docs/reference/chatstack.schema.json',
};
const text = chatKind.starter(starter);
/** A document as every command reads it, with the fields that an operator looks at. */
const read = (document: unknown) => readDocument(chatKind.schema, document, 'it');
const lines = text.split('\n');
/** Examples that are commented out: a "#" directly before a word. */
const examples = lines.filter((line) => /^\s*#[a-zA-Z]/.test(line));

describe('the document init writes', () => {
  test('begins with the line that tells an editor its schema', () => {
    expect(lines[0]).toBe('# yaml-language-server: $schema=docs/reference/chatstack.schema.json');
  });

  test('is the defaults, as it stands', () => {
    expect(read(parse(text))).toEqual(read({}));
  });

  test('keeps the name, namespace and preset that were asked for', () => {
    const document = parse(
      chatKind.starter({ ...starter, name: 'clinic', namespace: 'care', preset: 'staging' }),
    ) as object;
    expect(document).toMatchObject({
      metadata: { name: 'clinic', namespace: 'care' },
      spec: { preset: 'staging' },
    });
  });

  test.each(['on', 'null', 'true', 'y'])('a stack called %s stays a text to every reader', (name) => {
    const document = chatKind.starter({ ...starter, name, namespace: name });
    expect(document).toContain(`name: "${name}"`);
    expect(parse(document, { version: '1.1' })).toMatchObject({ metadata: { name, namespace: name } });
  });

  test.each(hostileTexts(300))('a path to the schema that holds %j stays in its comment', (path) => {
    const document = chatKind.starter({ ...starter, schema: `../${path}` });
    expect(parse(document)).toEqual(parse(text));
    expect(document.split('\n')).toHaveLength(lines.length);
  });

  test('has examples', () => {
    expect(examples.length).toBeGreaterThan(8);
  });

  test.each(examples.map((line) => [line.trim(), line] as const))('%s may be put into force', (_, line) => {
    const changed = lines.map((one) => (one === line ? one.replace('#', '') : one)).join('\n');
    const document = read(parse(changed));
    expect(document).not.toEqual(read({}));
    expect(chatKind.stack(document).services.length).toBeGreaterThan(0);
  });

  test('every group of spec is in it', () => {
    const groups = Object.keys(read({}).spec);
    for (const group of [...groups, 'ingress', 'llm', 'embeddings'])
      expect(text).toMatch(new RegExp(`#?${group}:`));
  });
});

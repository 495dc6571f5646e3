import { expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { readDocument } from '../../model/read-document.ts';

const read = (spec: unknown): unknown => readDocument(chatKind.schema, { spec }, 'it').spec;

test('a field that is null is unset, on every level', () => {
  expect(read({ redis: null, auth: { mode: null }, images: { pullSecrets: null } })).toEqual(read({}));
});

test('a null item of a list is refused, and so is an unset field that has no default', () => {
  expect(() => read({ images: { pullSecrets: [null] } })).toThrow('spec.images.pullSecrets.0');
  expect(() => read({ llm: { baseUrl: null } })).toThrow('spec.llm.baseUrl');
});

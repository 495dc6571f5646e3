import { describe, expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { knowledgeOf } from '../../proof/knowledge.ts';
import { packsOf } from '../../proof/packs/built-in.ts';
import { readDocuments } from '../../proof/source.ts';
import { verify } from '../../proof/verify.ts';
import { shopKind } from '../kinds/shop-kind.ts';
import { deployment, service, textOf } from './small-manifests.ts';

/** What a kind knows of programs beside its own is held against manifests as what is built in. */

const printer = (port: number) =>
  textOf(
    service('labels', 80, 9100),
    deployment('labels', { command: ['label-printer', '--port', String(port)] }),
  );

function codesOf(kinds: readonly StackKind[], text: string): string[] {
  const found = verify(readDocuments('a.yaml', text), knowledgeOf(kinds), packsOf(kinds));
  return found.map(({ code, severity }) => `${severity} ${code}`);
}

describe('a server of a kind’s pack that listens elsewhere', () => {
  test('is found where the kind is served', () => {
    expect(codesOf([chatKind, shopKind], printer(9200))).toEqual(['error CONTAINER_PORT']);
  });
  test('is not known where it is not', () => {
    expect(codesOf([chatKind], printer(9200))).toEqual([]);
  });
  test('and is silent where it listens on that port', () => {
    expect(codesOf([chatKind, shopKind], printer(9100))).toEqual([]);
  });
});

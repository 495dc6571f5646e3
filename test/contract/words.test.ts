import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { defaultStack } from '../../contract/default-stack.ts';
import rooms from '../../scripts/rooms.json' with { type: 'json' };
import { wordsFound, wordsOf } from './words.ts';

/** Rooms that serve one kind, and scripts, which run that kind's programs. */
const ofTheChat = ['contract', 'app', 'client', 'web', 'scripts'];
/** A pack is about one program or one kind. */
const packs = /^proof\/packs\//;
/** The stack that `init --config` writes is an example, and none of the chat: its cache is a program that everybody knows. */
const example = 'cli/init/starter-config.ts';

const words = wordsOf(chatKind, defaultStack);
const doors = Object.values(rooms as Readonly<Record<string, { doors?: object }>>).flatMap(({ doors = {} }) =>
  Object.keys(doors),
);
const sources = Object.keys(rooms)
  .filter((room) => !ofTheChat.includes(room))
  .flatMap((room) => globSync(`${room}/**/*.ts`))
  .filter((file) => !packs.test(file) && !doors.includes(file) && file !== example);

const foundIn = (text: string): string[] => wordsFound('dial/a.ts', text, words).map(({ word }) => word);

describe('only contract/, app/, web/, packs and main files know the chat', () => {
  test('the words are those of the contract', () => {
    expect([...words]).toEqual(
      expect.arrayContaining(['chatstack', 'redis', 'neo4j', 'qdrant', 'backend', 'chat', 'patient']),
    );
    expect(sources.length).toBeGreaterThan(200);
  });

  test('no other source says a name of the kind, of its services, programs or parameters', () => {
    expect(sources.flatMap((file) => wordsFound(file, readFileSync(file, 'utf8'), words))).toEqual([]);
  });
});

describe('its sabotage twins', () => {
  test.each([
    ['a text', `const example = 'mooring logs backend -F';`, ['backend']],
    ['a template', 'const line = `mooring explain ${name} of redis`;', ['redis']],
    ['a pattern', `/neo4j_version/.test(text);`, ['neo4j']],
    ['a key', `const wanted = { chat: true };`, ['chat']],
    ['a part of an identifier', `const qdrantKey = 1;`, ['qdrant']],
    ['a type', `type Product = 'Redis' | 'Neo4j';`, ['redis', 'neo4j']],
    ['the kind', `const means = 'The ChatStack document';`, ['chat', 'chatstack']],
  ])('%s is seen', (_, text, found) => {
    expect(foundIn(text)).toEqual(found);
  });

  test.each([
    ['a comment', `/** Such as redis. */ const a = 1;`],
    ['a package, and what it is imported as', `import { Redis } from 'ioredis'; new Redis();`],
    ["Kubernetes' field of an Ingress", `const { backend } = path; steps('backend.service.name');`],
    ['another word', `const predistributed = 'chatter';`],
  ])('%s is not', (_, text) => {
    expect(foundIn(text)).toEqual([]);
  });
});

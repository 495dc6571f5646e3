import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chatStack } from '../../contract/chat-stack.ts';
import { hostOf } from '../../model/environment.ts';
import { dialledPort } from '../../model/stack.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { backendImage } from '../../contract/services/backend.ts';
import { repetitionsIn, repetitionsInFile, type Facts } from './one-place.ts';

const stack = chatStack(readChatStack({}, 'the defaults'));
const ports = stack.services.flatMap((service) => Object.values(service.ports));
const facts: Facts = {
  numbers: new Set(
    ports.flatMap((port) => [port.containerPort, dialledPort(port), port.nodePort ?? port.containerPort]),
  ),
  strings: new Set(
    stack.services.flatMap((service) => [
      service.name,
      hostOf(stack, service),
      ...Object.keys(service.variables ?? {}),
    ]),
  ),
};
/** Read by Node and shells, not ours alone; and English words that are also service names. */
for (const word of ['NODE_OPTIONS', 'page']) (facts.strings as Set<string>).delete(word);

const rooms = ['app', 'charts-ts', 'cli', 'client', 'cluster', 'dial', 'operator', 'proof', 'scripts', 'web'];
/** A pack of another program has that program's own ports, whose numbers may be the same. */
const others = /^proof\/packs\/(?!chat\/)/;
const sources = globSync(rooms.map((room) => `${room}/**/*.{ts,tsx,mts,mjs}`)).filter(
  (file) => !others.test(file),
);

describe('law 1: a port, a service name or an env name is written once, in contract/', () => {
  test('no source outside contract/ repeats one as a literal', () => {
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.flatMap((file) => repetitionsInFile(file, facts))).toEqual([]);
  });

  test.each(['Dockerfile', 'README.md', 'deploying.md'].flatMap((name) => globSync(`{.,app,docs}/${name}`)))(
    '%s names no port but the contract’s own',
    (file) => {
      const numbers = readFileSync(file, 'utf8').match(/(?<=localhost:|127\.0\.0\.1:|EXPOSE )\d+/g) ?? [];
      expect(numbers.filter((number) => !facts.numbers.has(Number(number)))).toEqual([]);
    },
  );
});

test.each(['README.md', 'docs/deploying.md'])(
  '%s names the image of the backend as the contract does',
  (file) => {
    const named = readFileSync(file, 'utf8').match(/mooring\/backend:[\w.]+/g);
    expect(new Set(named)).toEqual(new Set([backendImage]));
  },
);

describe('its sabotage twin', () => {
  test.each([
    ['a port as a number', 'const port = 6379;'],
    ['a port with separators', 'const port = 6_379;'],
    ['a port as a string', 'const port = "6379";'],
    ['an env name', "const name = 'REDIS_HOST';"],
    ['an env name in brackets', "env['REDIS_PORT'];"],
    ['a service host', "const host = 'demo-redis';"],
    ['a service name', "const gate = 'redis';"],
    ['a template without parts', 'const port = `6379`;'],
  ])('%s is found', (_what, source) => {
    expect(repetitionsIn('sabotage.ts', source, facts)).toHaveLength(1);
  });

  test('a type is a reference that the compiler checks', () => {
    expect(repetitionsIn('fine.ts', "type Needs = Pick<Env, 'REDIS_HOST'>;", facts)).toEqual([]);
  });

  test('an import of a client library is not taken for a service', () => {
    expect(repetitionsIn('fine.ts', "import { createClient } from 'redis';", facts)).toEqual([]);
  });
});

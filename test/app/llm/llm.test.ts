import { afterEach, expect, test, vi } from 'vitest';
import { limits, modelCallLimits } from '../../../contract/protocol.ts';
import { languageModel, type LanguageModel } from '../../../app/llm/chat-completions.ts';
import { embedder } from '../../../app/llm/embeddings.ts';
import type { Text } from '../../../app/meaning/embedder.ts';
import { historyOf, openMemory } from '../memory/open-memory.ts';
import { answer } from '../../stores/store-suite.ts';
import { delta, startModelServer, type ModelServer } from './sse-server.ts';

const servers: ModelServer[] = [];
const serve = async (...args: Parameters<typeof startModelServer>): Promise<ModelServer> => {
  const server = await startModelServer(...args);
  servers.push(server);
  return server;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

const apiKey = 'sk-very-secret';
const modelAt = ({ baseUrl }: { baseUrl: string }, timeout = 2_000): LanguageModel =>
  languageModel({ baseUrl, model: 'tiny', apiKey, timeout });
const asked = [{ role: 'user', content: 'Hello' }] as const;

async function heard(model: LanguageModel, signal = new AbortController().signal): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of model.stream(asked, signal)) pieces.push(piece);
  return pieces;
}

test('the answer comes piece by piece, wherever the network splits it', async () => {
  const server = await serve((response) => {
    const bytes = Buffer.from(
      `: hello\n\n${delta('Gr')}${delta('üße 💊')}${delta('', 'stop')}data: [DONE]\n\n`,
    );
    for (const byte of bytes) response.write(Uint8Array.of(byte));
    response.end();
  });
  expect(await heard(modelAt(server))).toEqual(['Gr', 'üße 💊']);
  expect(server.received).toEqual([
    {
      path: '/v1/chat/completions',
      authorization: `Bearer ${apiKey}`,
      body: { model: 'tiny', messages: [{ role: 'user', content: 'Hello' }], stream: true },
    },
  ]);
});

test('an error status is told in words, without the key', async () => {
  const body = `{"error":{"code":"invalid_api_key","message":"bad key ${apiKey} of Hello"}}`;
  const server = await serve((response) => void response.writeHead(401).end(body));
  const failing = heard(modelAt(server));
  await expect(failing).rejects.toThrow(
    /language model at 127\.0\.0\.1:\d+\/v1 failed: .* answered 401 \(invalid_api_key\)$/,
  );
  await expect(failing).rejects.not.toThrow(apiKey);
});

test('a model that falls silent in the middle is given up after the longest silence', async () => {
  const server = await serve((response) => void response.write(delta('Once')));
  const pieces: string[] = [];
  const listening = (async () => {
    for await (const piece of modelAt(server, 1_000).stream(asked, new AbortController().signal))
      pieces.push(piece);
  })();
  await expect(listening).rejects.toThrow(/it said nothing for 1 s/);
  expect(pieces).toEqual(['Once']);
});

test('a model that talks on and on is given up after the longest time of an answer', async () => {
  const server = await serve((response) => {
    const talking = setInterval(() => response.write(delta('word ')), 20);
    response.once('close', () => clearInterval(talking));
  });
  const model = languageModel({ baseUrl: server.baseUrl, model: 'tiny', timeout: 5_000, longest: 500 });
  await expect(heard(model)).rejects.toThrow(/its answer took longer than 0\.5 s$/);
});

test('an answer that breaks off is no answer', async () => {
  const server = await serve((response) => void response.end(delta('Once')));
  await expect(heard(modelAt(server))).rejects.toThrow('broke off before its end');
});

test('an error in the stream is told', async () => {
  const error = '{"error":{"type":"overloaded_error","message":"you said: Hello"}}';
  const server = await serve((response) => void response.end(`data: ${error}\n\n`));
  await expect(heard(modelAt(server))).rejects.toThrow(/it answered an error \(overloaded_error\)$/);
});

test('nonsense in the stream is told', async () => {
  const server = await serve((response) => void response.end('data: what?\n\n'));
  await expect(heard(modelAt(server))).rejects.toThrow('not of the expected form');
});

test('nothing that listens is told in words', async () => {
  const server = await startModelServer(() => undefined);
  await server.stop();
  await expect(heard(modelAt(server))).rejects.toThrow(/ECONNREFUSED/);
});

test('an aborted answer ends at once', async () => {
  const server = await serve((response) => void response.write(delta('Once')));
  const abort = new AbortController();
  const listening = (async () => {
    for await (const piece of modelAt(server).stream(asked, abort.signal))
      abort.abort(new Error(`heard ${piece}`));
  })();
  await expect(listening).rejects.toThrow('heard Once');
});

test('a model is given the rules, the facts with date and source, the last turns and the message', async () => {
  const server = await serve(
    (response) => void response.end(`${delta('It is Milo.', 'stop')}data: [DONE]\n\n`),
  );
  const open = await openMemory({ llm: modelAt(server) });
  const scope = { patientId: 'p', sessionId: 's' };
  await open.say(scope, 'm1', 'My cat is called Milo.');
  const { text, facts, degraded } = await open.say(scope, 'm2', 'What is my cat called?');
  expect({ text, degraded }).toEqual({ text: 'It is Milo.', degraded: undefined });
  expect(facts).toMatchObject([{ text: 'My cat is called Milo.', sourceId: 'm1' }]);
  const messages = server.received[1]?.body['messages'] as { role: string; content: string }[];
  expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
  expect(messages[0]?.content).toContain('2026-11-23, message "m1": "My cat is called Milo."');
  expect(messages[3]?.content).toBe('What is my cat called?');
  expect(open.memory.mode).toBe('llm');
  await open.close();
});

test('a model that fails before its first word leaves the answer to the memory, which says why', async () => {
  const server = await serve((response) => void response.writeHead(500).end('out of order'));
  const open = await openMemory({ llm: modelAt(server) });
  const scope = { patientId: 'p', sessionId: 's' };
  await open.say(scope, 'm1', 'My cat is called Milo.');
  const { text, degraded } = await open.say(scope, 'm2', 'What is my cat called?');
  expect(text).toContain('You said on 23 November 2026: "My cat is called Milo."');
  expect(degraded).toBe('the language model gave no answer');
  expect(open.warnings.at(-1)).toMatch(
    /^The language model gave no whole answer: The language model at .* answered 500$/,
  );
  expect(open.memory.models()).toMatchObject([
    { name: 'language model', state: 'away' },
    { name: 'language model, reading facts', state: 'open' },
  ]);
  await open.close();
});

test('a model that fails in the middle fails the answer, and nothing is stored', async () => {
  const server = await serve((response) => void response.end(delta('It is')));
  const open = await openMemory({ llm: modelAt(server) });
  const scope = { patientId: 'p', sessionId: 's' };
  await expect(open.say(scope, 'm1', 'What is my cat called?')).rejects.toThrow('No answer could be made');
  expect(open.warnings.at(-1)).toContain('broke off');
  expect(await historyOf(open.memory, scope, 9)).toHaveLength(1);
  await open.close();
});

test('a model that answers nothing leaves the answer to the memory', async () => {
  const server = await serve((response) => void response.end(`${delta(' ', 'stop')}data: [DONE]\n\n`));
  const open = await openMemory({ llm: modelAt(server) });
  const { text, degraded } = await open.say(
    { patientId: 'p', sessionId: 's' },
    'm1',
    'My cat is called Milo.',
  );
  expect({ text, degraded }).toEqual({
    text: 'Noted: “My cat is called Milo.”',
    degraded: 'the language model gave no answer',
  });
  await open.close();
});

test('an answer that the model ended at its limit of tokens is given, and said to be so', async () => {
  const cut = `${delta('It is')}${delta('', 'length')}data: [DONE]\n\n`;
  const server = await serve((response) => void response.end(cut));
  const open = await openMemory({ llm: modelAt(server) });
  const { text, degraded } = await open.say({ patientId: 'p', sessionId: 's' }, 'm1', 'Tell me all.');
  expect({ text, degraded }).toEqual({
    text: 'It is',
    degraded: "the language model's answer ends at its limit of tokens",
  });
  await open.close();
});

test('an answer ends at its greatest length, and the model is heard no further', async () => {
  let isHeard = true;
  const server = await serve((response) => {
    response.once('close', () => (isHeard = false));
    response.write(delta('word '.repeat(limits.answerLength)));
  });
  const open = await openMemory({ llm: modelAt(server) });
  const { text } = await open.say({ patientId: 'p', sessionId: 's' }, 'm1', 'Tell me all.');
  expect(text).toHaveLength(limits.answerLength);
  await vi.waitFor(() => expect(isHeard).toBe(false), 20_000);
  await open.close();
});

test('a stream without end is given up after so many bytes', async () => {
  const server = await serve((response) => {
    const comment = `: ${'x'.repeat(1024 * 1024)}\n`;
    const go = (): void => {
      if (response.writable) response.write(comment, go);
    };
    go();
  });
  await expect(heard(modelAt(server, 20_000))).rejects.toThrow(/it answered more than \d+ bytes/);
});

test('the error of an endpoint is read up to so many bytes', async () => {
  const server = await serve((response) => {
    response.writeHead(500);
    const go = (): void => {
      if (response.writable) response.write('x'.repeat(65_536), go);
    };
    go();
  });
  await expect(heard(modelAt(server, 20_000))).rejects.toThrow(/answered 500$/);
});

test('a patient with too many questions is answered by the memory, others by the model', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  const server = await serve((response) => {
    void released.then(() => response.end(`${delta('Here.', 'stop')}data: [DONE]\n\n`));
  });
  const open = await openMemory({ llm: modelAt(server, 60_000) });
  const { perKey, waitingPerKey } = modelCallLimits;
  const ask = (patientId: string, at: number) =>
    open.say({ patientId, sessionId: `s${at}` }, 'm', 'My cat is called Milo.');
  const all = Array.from({ length: perKey + waitingPerKey + 1 }, (_, at) => ask('p', at));
  const first = await Promise.race(all);
  expect(first.degraded).toBe('the language model has too many questions to answer');
  all.push(ask('q', 0));
  await vi.waitFor(() => expect(server.received).toHaveLength(perKey + 1), 20_000);
  release(undefined);
  const texts = (await Promise.all(all)).map(({ text }) => text);
  expect(texts.filter((text) => text === 'Here.')).toHaveLength(perKey + waitingPerKey + 1);
  await open.close();
});

test('a call whose answer another process took over is called off, and that answer is waited for', async () => {
  const { promise: calledOff, resolve } = Promise.withResolvers<undefined>();
  const server = await serve((response) => {
    response.write(delta('Never '));
    response.once('close', () => resolve(undefined));
  });
  const open = await openMemory({ llm: modelAt(server, 60_000), leaseMs: 300 });
  const { record } = open.stores;
  const scope = { patientId: 'p', sessionId: 's' };
  const told = open.say(scope, 'm1', 'My cat is called Milo.');
  await vi.waitFor(() => expect(server.received).toHaveLength(1), 20_000);
  const other = await vi.waitFor(async () => {
    await record.renew([{ ...scope, messageId: 'm1', attempt: 1, tries: 1 }], 0);
    const claimed = await record.claim(scope, 'm1', { owner: 'other', leaseMs: 60_000 });
    if (claimed.state !== 'claimed') throw new Error(claimed.state);
    return claimed.claim;
  }, 20_000);
  await calledOff;
  await record.settle(other, { kind: 'answer', turn: answer('m1', 'From elsewhere.'), facts: [] });
  expect((await told).text).toBe('From elsewhere.');
  expect(server.received).toHaveLength(1);
  await open.close();
});

const told = (text: string): Text => ({ text, patientId: 'p', isQuestion: false });

test('texts are embedded in batches, in their order', async () => {
  const server = await serve((response, { body }) => {
    const input = body['input'] as string[];
    const data = input.map((text, index) => ({ index, embedding: [Number(text), 0] })).reverse();
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
  });
  const texts = Array.from({ length: 150 }, (_, at) => told(String(at - 75 || 1)));
  const mini = embedder({ baseUrl: server.baseUrl, model: 'mini', apiKey, timeout: 2_000 });
  const meanings = await mini.embed(texts);
  expect(
    meanings.map(({ vector }) => vector[0]),
    'of unit length',
  ).toEqual(texts.map(({ text }) => Math.sign(Number(text))));
  expect(server.received.map(({ body }) => (body['input'] as string[]).length)).toEqual([64, 64, 22]);
  expect(mini.id).toMatch(/^mini at 127\.0\.0\.1:\d+$/);
});

test('an embedder that answers something else is refused in words', async () => {
  const server = await serve((response) => void response.end('{"data":[]}'));
  const mini = embedder({ baseUrl: server.baseUrl, model: 'mini', timeout: 2_000 });
  await expect(mini.embed([told('a')])).rejects.toThrow(
    /embedder at .* failed: 1 texts were sent, 0 vectors came back/,
  );
});

test('vectors without meaning, or of another length than before, are refused in words', async () => {
  const answers = [
    [1, 0],
    [1, 0, 0],
    [0, 0],
  ];
  const server = await serve((response) => {
    const data = [{ index: 0, embedding: answers.shift() }];
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
  });
  const mini = embedder({ baseUrl: server.baseUrl, model: 'mini', timeout: 2_000 });
  await mini.embed([told('a')]);
  await expect(mini.embed([told('b')])).rejects.toThrow('answered a vector of 3 numbers; before, they had 2');
  await expect(mini.embed([told('c')])).rejects.toThrow('a vector of zeros');
});

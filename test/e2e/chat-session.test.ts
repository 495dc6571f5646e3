import { describe, expect, onTestFinished, test } from 'vitest';
import { delta, startModelServer } from '../app/llm/sse-server.ts';
import { startChat } from './chat-app.ts';
import type { ChatClient } from './chat-client.ts';
import { connected } from './chat-client.ts';

const PATH = '/ws/chat/patient%3Ademo/session%3A1769173656693';

async function readyChat(values?: Readonly<Record<string, string>>) {
  const app = await startChat(values);
  await app.ready();
  return { app, url: `${app.wsUrl}${PATH}` };
}

/** A chat whose model says one word and goes on when it is told to. */
async function hesitatingChat() {
  const { promise, resolve: goOn } = Promise.withResolvers<undefined>();
  const model = await startModelServer(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(delta('One '));
    await promise;
    response.end(`${delta('two.', 'stop')}data: [DONE]\n\n`);
  });
  onTestFinished(async () => {
    goOn(undefined);
    await model.stop();
  });
  return { ...(await readyChat({ LLM_BASE_URL: model.baseUrl })), goOn: () => goOn(undefined) };
}

/** The offsets of what was told of the log, in order. */
const offsetsOf = (client: ChatClient): number[] =>
  client.frames.flatMap((frame) =>
    frame.type !== 'welcome' && frame.type !== 'session' && 'offset' in frame ? (frame.offset ?? []) : [],
  );

describe('two tabs of a session', () => {
  test('are told the same log, each message once, in the order of commits', async () => {
    const { url } = await readyChat();
    const [one, two] = [await connected(url), await connected(url)];
    one.say('a1', 'I have a cat.');
    two.say('b1', 'I have a dog.');
    await Promise.all([one.answer('a1'), two.answer('b1'), one.frame('answer'), two.frame('answer')]);
    expect(offsetsOf(one)).toEqual([1, 2, 3, 4]);
    expect(offsetsOf(two)).toEqual([1, 2, 3, 4]);
    expect(one.framesOf('turn').map(({ turn }) => turn.text)).toEqual(['I have a dog.']);
    expect(two.framesOf('answer')).toMatchObject([{ turn: { replyTo: 'a1' } }]);
    expect(one.framesOf('session')).toMatchObject([{ offset: 0 }]);
    expect(one.framesOf('memory').length).toBeGreaterThan(0);
  });

  test('of two patients, or of two sessions, are told nothing of each other', async () => {
    const { app, url } = await readyChat();
    const others = await Promise.all(
      ['patient%3Aother/session%3A1769173656693', 'patient%3Ademo/session%3Aother'].map((path) =>
        connected(`${app.wsUrl}/ws/chat/${path}`),
      ),
    );
    const one = await connected(url);
    one.say('m1', 'I have a cat.');
    await one.answer('m1');
    for (const [nth, other] of others.entries()) {
      other.say(`o${nth}`, 'Hello.');
      await other.answer(`o${nth}`);
      expect(JSON.stringify(other.frames)).not.toContain('I have a cat');
    }
  });

  test('hear a model word by word, also the one that comes in the middle', async () => {
    const { url, goOn } = await hesitatingChat();
    const one = await connected(url);
    one.say('m1', 'Count.');
    await one.frame('delta');
    const late = await connected(url);
    expect(await late.frame('delta')).toMatchObject({ id: 'm1', at: 0, text: 'One ' });
    goOn();
    await one.answer('m1');
    expect((await late.frame('answer')).turn.text).toBe('One two.');
    expect(one.framesOf('delta').map(({ at, text }) => [at, text])).toEqual([
      [0, 'One '],
      [4, 'two.'],
    ]);
  });

  test('may each stop the answer, which is stored as far as it was said', async () => {
    const { url } = await hesitatingChat();
    const [one, two] = [await connected(url), await connected(url)];
    one.say('m1', 'Count.');
    await two.frame('delta');
    two.send({ type: 'stop', id: 'm1' });
    expect(await one.answer('m1')).toMatchObject({ text: 'One ', stopped: true });
    const { history } = await (await connected(url)).frame('welcome');
    expect(history).toMatchObject([{ text: 'Count.' }, { text: 'One ', stopped: true }]);
  });
});

describe('a connection that resumes', () => {
  test('is told what it missed, and nothing else', async () => {
    const { url } = await readyChat();
    const first = await connected(url);
    first.say('m1', 'I have a cat.');
    await first.answer('m1');
    const { epoch } = await first.frame('session');
    first.say('m2', 'I have a dog.');
    await first.answer('m2');
    const resumed = await connected(`${url}?epoch=${epoch}&offset=2`);
    expect(await resumed.frame('welcome')).toMatchObject({ epoch, offset: 4, recovered: true });
    expect((await resumed.frame('welcome')).history).toBeUndefined();
    await resumed.frame('answer');
    expect(offsetsOf(resumed)).toEqual([3, 4]);
    const upToDate = await connected(`${url}?epoch=${epoch}&offset=4`);
    upToDate.say('m3', 'Hello.');
    await upToDate.answer('m3');
    expect(offsetsOf(upToDate)).toEqual([5, 6]);
  });

  test.each([
    ['of another log', 'epoch=another&offset=1'],
    ['from beyond the end', 'epoch=EPOCH&offset=9'],
    ['from no number', 'epoch=EPOCH&offset=-1'],
    ['without an offset', 'epoch=EPOCH'],
  ])('%s is not recovered, and is shown the newest turns', async (_what, query) => {
    const { url } = await readyChat();
    const first = await connected(url);
    first.say('m1', 'I have a cat.');
    await first.answer('m1');
    const { epoch } = await first.frame('session');
    const resumed = await connected(`${url}?${query.replace('EPOCH', epoch)}`);
    expect(await resumed.frame('welcome')).toMatchObject({
      ...{ epoch, offset: 2, recovered: false },
      history: [{ text: 'I have a cat.' }, { replyTo: 'm1' }],
    });
  });
});

describe('an edit', () => {
  test('replaces a message: that one stays, marked, and is recalled no more', async () => {
    const { url } = await readyChat();
    const client = await connected(url);
    client.say('m1', 'My cat is called Milo.');
    await client.answer('m1');
    client.send({ type: 'message', id: 'm2', text: 'My cat is called Tom.', replaces: 'm1' });
    await client.answer('m2');
    client.say('m3', 'What is my cat called?');
    const { text } = await client.answer('m3');
    expect(text).toContain('Tom');
    expect(text).not.toContain('Milo');
    const { history } = await (await connected(url)).frame('welcome');
    expect(history?.slice(0, 3)).toMatchObject([
      { id: 'm1', replacedBy: 'm2' },
      { replyTo: 'm1', replacedBy: 'm2' },
      { id: 'm2', replaces: 'm1' },
    ]);
    client.send({ type: 'message', id: 'm4', text: 'My cat is called Max.', replaces: 'm1' });
    expect(await client.frame('error', 'm4')).toMatchObject({ code: 'NOTHING_TO_REPLACE', retryable: false });
  });
});

test('a ping is answered', async () => {
  const { url } = await readyChat();
  const client = await connected(url);
  client.send({ type: 'ping' });
  await client.frame('pong');
});

test('to stop the answer to a message that is not there is refused for good', async () => {
  const { url } = await readyChat();
  const client = await connected(url);
  client.send({ type: 'stop', id: 'm9' });
  expect(await client.frame('error', 'm9')).toMatchObject({ code: 'NO_SUCH_MESSAGE', retryable: false });
});

test('a message without an answer, since none could be made, says so in the history until it has one', async () => {
  let isAway = true;
  const model = await startModelServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(delta('Well. ', isAway ? null : 'stop'));
    if (isAway) response.end();
    else response.end('data: [DONE]\n\n');
  });
  onTestFinished(() => model.stop());
  const { url } = await readyChat({ LLM_BASE_URL: model.baseUrl });
  const client = await connected(url);
  client.say('m1', 'Hello.');
  expect(await client.frame('error', 'm1')).toMatchObject({ code: 'ANSWER_FAILED' });
  const shown = async () => (await (await connected(url)).frame('welcome')).history;
  expect(await shown()).toMatchObject([{ id: 'm1', failed: true }]);
  isAway = false;
  client.say('m1', 'Hello.');
  await client.answer('m1');
  expect((await shown())?.map(({ failed, text }) => [failed, text])).toEqual([
    [undefined, 'Hello.'],
    [undefined, 'Well. '],
  ]);
});

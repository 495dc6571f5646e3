import { subprotocols, limits } from '../../../contract/protocol.ts';
import type { RawClient, RawFrame } from './raw-client.ts';
import type { Tokens } from './tokens.ts';

/** What must come of it: an HTTP status, an error frame on a connection that stays, a close, or an error and a close. */
export interface Expected {
  /** Cut without a word: it sent more than one waits for. */
  readonly isCut?: boolean;
  readonly status?: number;
  readonly code?: string;
  readonly close?: number;
}

/** A request by hand. */
export interface Request {
  readonly line?: string;
  /** Of these, undefined ones are left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** One kind of hostile client. */
export interface Kind {
  readonly name: string;
  readonly expected: Expected;
  /** Its handshake, where that is what is wrong. */
  readonly request?: (tokens: Tokens, patient: string) => Request | Promise<Request>;
  /** What it does once it is connected. */
  readonly act?: (client: RawClient) => void;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const message = (fields: object = {}): object => ({ type: 'message', id: 'm1', text: 'Hello.', ...fields });

/** One text frame, refused, after which the connection stays. */
const frame = (name: string, value: unknown, code = 'BAD_FRAME'): Kind => ({
  name: `a frame ${name}`,
  expected: { code },
  act: (client) => client.send({ payload: text(value) }),
});

/** Frames of the protocol after which the connection is closed. */
const broken = (name: string, close: number, ...frames: readonly RawFrame[]): Kind => ({
  name,
  expected: { close },
  act: (client) => frames.forEach((one) => client.send(one)),
});

const frames: readonly Kind[] = [
  frame('that is empty', ''),
  frame('of words', 'hello'),
  frame('cut off', '{"type":"message","id":"m1","text":"a'),
  frame('of two documents', '{"type":"ping"}{"type":"ping"}'),
  frame('with a byte order mark', '\uFEFF{"type":"ping"}'),
  frame('of NaN', '{"type":"message","id":NaN,"text":"a"}'),
  frame('that is a number', 7),
  frame('that is null', null),
  frame('that is a list', [message()]),
  frame('that is a text', '"message"'),
  frame('of 30,000 brackets', `${'['.repeat(30_000)}${']'.repeat(30_000)}`),
  frame('without a type', { id: 'm1', text: 'a' }),
  frame('of an unknown type', { type: 'shout', id: 'm1' }),
  frame('of a type that is inherited', { type: 'constructor' }),
  frame('that sets a prototype', '{"__proto__":{"type":"ping"}}'),
  frame('of a server', { type: 'welcome', epoch: 'e', offset: 0 }),
  frame('whose type is a list', { type: ['message'] }),
  frame('without an id', { type: 'message', text: 'a' }),
  frame('with a number as id', message({ id: 1 })),
  frame('with an empty id', message({ id: '' })),
  frame('with an id too long', message({ id: 'i'.repeat(limits.idLength + 1) })),
  frame('with half a character as id', '{"type":"message","id":"\\ud800","text":"a"}'),
  frame('with an object as id', message({ id: { toString: 'm1' } })),
  frame('without a text', { type: 'message', id: 'm1' }),
  frame('with a number as text', message({ text: 1 })),
  frame('with an empty text', message({ text: '' })),
  frame('of blanks', message({ text: ' \n\t\u00a0 ' })),
  frame('with a text too long', message({ text: 'a'.repeat(limits.textLength + 1) })),
  frame('that replaces a number', message({ replaces: 1 })),
  frame('that replaces nothing', message({ replaces: '' })),
  frame('that replaces what is not there', message({ replaces: 'm9' }), 'NOTHING_TO_REPLACE'),
  frame('that replaces itself', message({ replaces: 'm1' }), 'NOTHING_TO_REPLACE'),
  frame('that stops nothing', { type: 'stop' }),
  frame('that stops a list', { type: 'stop', id: [] }),
  frame('that stops what is not there', { type: 'stop', id: 'm9' }, 'NO_SUCH_MESSAGE'),
  {
    name: 'an id that is used again for another text',
    expected: { code: 'ID_REUSED' },
    act: (client) => {
      client.send({ payload: text(message()) });
      client.send({ payload: text(message({ text: 'Something else.' })) });
    },
  },
  {
    name: 'a frame of more bytes than allowed',
    expected: { code: 'FRAME_TOO_LARGE', close: 1009 },
    act: (client) => client.send({ payload: text(message({ text: 'a'.repeat(limits.messageBytes) })) }),
  },
];

const protocol: readonly Kind[] = [
  broken('a frame too large to be read', 1009, { payload: 'a'.repeat(limits.readBytes + 1) }),
  broken('a frame that claims four gigabytes', 1009, { length: 2 ** 32 }),
  broken('a frame that claims more than a number holds', 1009, { length: 2 ** 60 }),
  broken('a binary frame', 4500, { opcode: 2, payload: '{"type":"ping"}' }),
  broken('a text that is no UTF-8', 1007, { payload: Buffer.from([0xc3, 0x28]) }),
  broken('a frame that is not masked', 1002, { masked: false, payload: '{"type":"ping"}' }),
  broken('a reserved bit', 1002, { reserved: 1, payload: 'a' }),
  broken('a compressed frame', 1002, { reserved: 4, payload: 'a' }),
  broken('a reserved opcode', 1002, { opcode: 3 }),
  broken('a reserved control opcode', 1002, { opcode: 11 }),
  broken('a ping too long', 1002, { opcode: 9, payload: 'a'.repeat(126) }),
  broken('a ping in fragments', 1002, { opcode: 9, fin: false }),
  broken('a continuation of nothing', 1002, { opcode: 0, payload: 'a' }),
  broken('a new text within a text', 1002, { fin: false, payload: 'a' }, { payload: 'b' }),
  broken('a close with half a code', 1002, { opcode: 8, payload: Buffer.from([3]) }),
  broken('a close with a code that is none', 1002, { opcode: 8, payload: Buffer.from([0, 1]) }),
  broken('a close whose reason is no UTF-8', 1007, { opcode: 8, payload: Buffer.from([3, 232, 0xc3, 0x28]) }),
  broken(
    'a message in too many fragments',
    1008,
    ...Array.from({ length: limits.fragments + 1 }, (_, nth) => ({
      opcode: nth === 0 ? 1 : 0,
      fin: false,
      payload: 'a',
    })),
  ),
  broken(
    'a message without end in large fragments',
    1009,
    ...Array.from({ length: 5 }, (_, nth) => ({
      opcode: nth === 0 ? 1 : 0,
      fin: false,
      payload: 'a'.repeat(60_000),
    })),
  ),
];

/** Many frames at once. */
const pace = (name: string, code: string, count: number, one: (nth: number) => RawFrame): Kind => ({
  name,
  expected: { code },
  act: (client) => {
    for (let nth = 0; nth < count; nth += 1) client.send(one(nth));
  },
});

const paces: readonly Kind[] = [
  pace('500 messages at once', 'RATE_LIMITED', 500, (nth) => ({ payload: text(message({ id: `m${nth}` })) })),
  pace('5,000 pings of the chat at once', 'RATE_LIMITED', 5_000, () => ({ payload: '{"type":"ping"}' })),
  pace('2,000 stops at once', 'RATE_LIMITED', 2_000, (nth) => ({
    payload: `{"type":"stop","id":"m${nth}"}`,
  })),
  pace('2,000 broken frames at once', 'RATE_LIMITED', 2_000, () => ({ payload: '{' })),
  pace('200 large messages at once', 'RATE_LIMITED', 200, (nth) => ({
    payload: text(message({ id: `m${nth}`, text: 'I like tea? '.repeat(1_300) })),
  })),
  {
    name: '10,000 pings of the protocol at once',
    expected: { isCut: true },
    act: (client) => client.write(Buffer.concat(Array.from({ length: 10_000 }, () => bytesOfPing))),
  },
];

/** A masked ping without a payload. */
const bytesOfPing = Buffer.from([0x89, 0x80, 0, 0, 0, 0]);

const handshake = (name: string, status: number, request: NonNullable<Kind['request']>): Kind => ({
  name: `a handshake ${name}`,
  expected: { status },
  request,
});
const withToken = (
  name: string,
  status: number,
  token: (tokens: Tokens, patient: string) => string | Promise<string>,
): Kind =>
  handshake(name, status, async (tokens, patient) => ({
    headers: { authorization: `Bearer ${await token(tokens, patient)}` },
  }));
const withHeaders = (name: string, status: number, headers: Request['headers'] = {}): Kind =>
  handshake(name, status, () => ({ headers }));
const withLine = (name: string, status: number, line: (patient: string) => string): Kind =>
  handshake(name, status, (_tokens, patient) => ({ line: line(patient) }));
const withPath = (name: string, status: number, path: string): Kind =>
  withLine(name, status, () => `GET ${path} HTTP/1.1`);

const tokens: readonly Kind[] = [
  withHeaders('without a token', 401, { authorization: undefined }),
  withHeaders('with an empty token', 401, { authorization: 'Bearer ' }),
  withHeaders('with a token in another scheme', 401, { authorization: 'Basic YTpi' }),
  withHeaders('with what is no token', 401, { authorization: 'Bearer hello' }),
  withHeaders('with a token of three dots', 401, { authorization: 'Bearer ...' }),
  withToken('with a token cut off', 401, async (made, patient) => (await made.valid(patient)).slice(0, -3)),
  withToken('with an unsigned token', 401, (made, patient) => made.unsigned(patient)),
  withToken('with a token of another key', 401, (made, patient) => made.forged(patient)),
  withToken('with a token of another algorithm', 401, (made, patient) => made.otherAlgorithm(patient)),
  withToken('with an expired token', 401, (made, patient) => made.claiming({ sub: patient, exp: 1 })),
  withToken('with a token that never expires', 401, (made, patient) => made.claiming({ sub: patient })),
  withToken('with a token of the future', 401, (made, patient) =>
    made.claiming({ sub: patient, exp: 4e9, nbf: 3.9e9 }),
  ),
  withToken('with the token of another patient', 403, (made) => made.valid('patient-other')),
  withToken('with a token of nobody', 403, (made) => made.claiming({ exp: 4e9 })),
  withToken('with the token of a list of patients', 403, (made, patient) =>
    made.claiming({ sub: [patient], exp: 4e9 }),
  ),
  handshake('with the token in its query', 401, async (made, patient) => ({
    line: `GET /ws/chat/${patient}/s?token=${await made.valid(patient)} HTTP/1.1`,
    headers: { authorization: undefined },
  })),
  withHeaders('with 12 KB of token', 401, { authorization: `Bearer ${'a'.repeat(12_000)}` }),
];

const handshakes: readonly Kind[] = [
  withPath('of another path', 404, '/ws/chat/a'),
  withPath('of a longer path', 404, '/ws/chat/a/b/c'),
  withPath('that climbs', 404, '/ws/chat/../../etc/passwd'),
  withPath('without a session', 400, '/ws/chat/a/'),
  withPath('with a slash in an id', 400, '/ws/chat/a%2Fb/s'),
  withPath('with a zero in an id', 400, '/ws/chat/a%00/s'),
  withPath('with a line break in an id', 400, '/ws/chat/a%0D%0AX:%20y/s'),
  withPath('with what is no UTF-8', 400, '/ws/chat/%ff%fe/s'),
  withPath('with half an escape', 400, '/ws/chat/%f/s'),
  withPath('with an invisible id', 400, '/ws/chat/%E2%80%8B/s'),
  withPath('with an id too long', 400, `/ws/chat/${'a'.repeat(limits.nameLength + 1)}/s`),
  withHeaders('of a page of another site', 403, { origin: 'https://evil.example' }),
  withHeaders('of a page without an origin', 403, { origin: 'null' }),
  withHeaders('for another host', 403, { host: 'evil.example' }),
  withHeaders('for a host that is none', 403, { host: 'localhost@evil.example' }),
  withHeaders('without a host', 403, { host: undefined }),
  withHeaders('of an old version', 400, { 'sec-websocket-version': '7' }),
  withHeaders('without a key', 400, { 'sec-websocket-key': undefined }),
  withHeaders('with a short key', 400, { 'sec-websocket-key': 'YQ==' }),
  withHeaders('of another protocol', 400, { 'sec-websocket-protocol': 'mooring.chat.v1' }),
  withHeaders('with a broken list of protocols', 400, {
    'sec-websocket-protocol': `${subprotocols.chat},,=`,
  }),
  withHeaders('with 20 KB of headers', 431, { cookie: 'c'.repeat(20_000) }),
  withHeaders('with a length and chunks', 400, { 'content-length': '5', 'transfer-encoding': 'chunked' }),
  withLine('by POST', 400, (patient) => `POST /ws/chat/${patient}/s HTTP/1.1`),
  withLine('by a method that is none', 400, (patient) => `CHAT /ws/chat/${patient}/s HTTP/1.1`),
  withLine('of a version that is none', 400, (patient) => `GET /ws/chat/${patient}/s HTTP/9.9`),
  withLine('of TLS', 400, () => '\u0016\u0003\u0001\u0002\u0000\u0001'),
];

/** Every kind of hostile client there is a test for. */
export const kinds: readonly Kind[] = [...frames, ...protocol, ...paces, ...tokens, ...handshakes];

import { expect, test } from 'vitest';
import { SameSite } from '../../../app/http/same-site.ts';

const loopback = new SameSite(true);
const anywhere = new SameSite(false);
const allowing = new SameSite(false, 'https://app.example.com, http://b.example:8080');

test.each([
  ['no Origin, as programs send', anywhere, { host: 'chat.example.com' }],
  ['the same host and port', anywhere, { host: 'a:8000', origin: 'http://a:8000' }],
  ['https in front of a proxy', anywhere, { host: 'chat.example.com', origin: 'https://chat.example.com' }],
  ['a host with the usual port', anywhere, { host: 'a.example:443', origin: 'https://a.example' }],
  [
    "the page's dev server on loopback",
    loopback,
    { host: '127.0.0.1:8000', origin: 'http://localhost:4321' },
  ],
  ['localhost on loopback', loopback, { host: 'localhost:8000', origin: 'http://localhost:8000' }],
  ['a pod address, off loopback', anywhere, { host: '10.0.0.7:8001' }],
  ['another address of loopback', loopback, { host: '127.0.0.53:8000' }],
  ['a program without a Host, off loopback', anywhere, {}],
  ['an allowed origin', allowing, { host: 'chat.example.com', origin: 'https://app.example.com' }],
  ['another allowed origin', allowing, { host: 'chat.example.com', origin: 'http://b.example:8080' }],
])('%s may ask', (_what, sameSite, headers) => {
  expect(() => sameSite.check(headers)).not.toThrow();
});

test.each([
  ['an allowed host by another scheme', allowing, { host: 'a', origin: 'http://app.example.com' }],
  ['an allowed host at another port', allowing, { host: 'a', origin: 'https://app.example.com:8443' }],
  ['a name that begins as an allowed one', allowing, { host: 'a', origin: 'https://app.example.com.evil' }],
  ['a sandboxed frame, where origins are allowed', allowing, { host: 'a', origin: 'null' }],
  ['another site', anywhere, { host: 'chat.example.com', origin: 'https://evil.example' }],
  ['another port of the host', anywhere, { host: 'a:8000', origin: 'http://a:9000' }],
  ['a sandboxed frame', anywhere, { host: 'a', origin: 'null' }],
  ['the dev server off loopback', anywhere, { host: 'a:8000', origin: 'http://localhost:4321' }],
  [
    'a name from outside that leads to loopback',
    loopback,
    { host: 'evil.example', origin: 'http://evil.example' },
  ],
  ['a name that begins like an address of loopback', loopback, { host: '127.evil.example' }],
  ['no Host, on loopback', loopback, {}],
  ['an empty Host, on loopback', loopback, { host: '' }],
  ['a Host that is none, on loopback', loopback, { host: '127.0.0.1:99999' }],
  ['more than a host, on loopback', loopback, { host: 'evil.example@127.0.0.1' }],
])('%s may not', (_what, sameSite, headers) => {
  expect(() => sameSite.check(headers)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
});

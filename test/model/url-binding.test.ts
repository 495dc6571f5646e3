import { expect, test } from 'vitest';
import { splitEnvironment } from '../../charts-ts/constructs/environment.ts';
import { defineStack, StackError } from '../../model/define-stack.ts';
import { environmentOf, serviceOf } from '../../model/environment.ts';
import type { Binding, Service, Stack } from '../../model/stack.ts';
import { host, port, text, url, whole, type Variable } from '../../model/variable.ts';

interface Parts {
  readonly urls: Readonly<Record<string, string>>;
  readonly binds?: Binding;
  readonly variables?: Readonly<Record<string, Variable>>;
  readonly store?: Partial<Extract<Service, { kind: 'external' }>>;
}

const password = { PASSWORD: text({ secret: true, doc: 'its password' }) };
const secretUrl = text({ secret: true, refers: true, doc: 'where the store is' });

/** A stack of an app that is given URLs of a store. */
const stackWith = ({ urls, binds = {}, variables = {}, store = {} }: Parts): Stack =>
  defineStack({
    name: 's',
    namespace: 'n',
    services: [
      {
        ...{ kind: 'external', name: 'store', doc: 'a store', host: 'store.example', tls: false },
        ports: { main: { containerPort: 5432, servicePort: 6432, doc: 'main' } },
        secrets: { password: { doc: 'its password', ref: { name: 'theirs', key: 'password' } } },
        ...store,
      },
      {
        ...{ kind: 'external', name: 'app', doc: 'an app', host: 'app.example', tls: false, ports: {} },
        variables: { URL: text({ doc: 'where the store is' }), ...variables },
        edges: [{ to: 'store', port: 'main', gate: 'none', binds: { ...binds, urls } }],
      },
    ],
  });

const valueOf = (stack: Stack, name: string): string | undefined => {
  const found = environmentOf(stack, serviceOf(stack, 'app')).find((one) => one.name === name);
  return found && 'value' in found ? found.value : undefined;
};

function refusal(parts: Parts): string {
  try {
    stackWith(parts);
  } catch (error) {
    if (error instanceof StackError) return error.message;
    throw error;
  }
  throw new Error('the stack was accepted');
}

test('a URL has the host and the dialled port of its edge', () => {
  const stack = stackWith({
    urls: { URL: 'redis://{host}:{port}/0' },
    variables: { URL: text({ doc: 'a URL' }) },
  });
  expect(valueOf(stack, 'URL')).toBe('redis://store.example:6432/0');
});

test('an IPv6 address stands in brackets', () => {
  const stack = stackWith({
    urls: { URL: 'http://{host}:{port}' },
    store: { host: 'fd00::7' },
    variables: { URL: url({ doc: 'a URL' }) },
  });
  expect(valueOf(stack, 'URL')).toBe('http://[fd00::7]:6432');
});

test('a user is one of the target, encoded in a URL, and as it is in a variable', () => {
  const stack = stackWith({
    urls: { URL: 'amqp://{user}@{host}' },
    binds: { user: 'USER' },
    variables: { USER: text({ doc: 'who' }) },
    store: {
      user: 'app@home',
      ownUser: 'STORE_USER',
      variables: { STORE_USER: text({ doc: 'who may log in' }) },
    },
  });
  expect([valueOf(stack, 'URL'), valueOf(stack, 'USER')]).toEqual([
    'amqp://app%40home@store.example',
    'app@home',
  ]);
  expect(environmentOf(stack, serviceOf(stack, 'store'))).toEqual([
    { name: 'STORE_USER', value: 'app@home', from: 'user' },
  ]);
});

test('a secret is left to kubelet: it stands in no manifest, after the variable it is of, and not in the digest', () => {
  const stack = stackWith({
    urls: { URL: 'postgres://app:{secret:password}@{host}:{port}/app' },
    binds: { secrets: { password: 'PASSWORD' }, host: 'HOST' },
    variables: { ...password, URL: secretUrl, HOST: host({ doc: 'where the store is' }) },
  });
  const { values, inline } = splitEnvironment(stack, serviceOf(stack, 'app'));
  expect(values).toEqual({ HOST: 'store.example' });
  expect(inline).toEqual([
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'theirs', key: 'password' } } },
    { name: 'URL', value: 'postgres://app:$(PASSWORD)@store.example:6432/app' },
  ]);
});

test.each<[string, Parts, string]>([
  [
    'what is no part of a connection',
    { urls: { URL: 'http://{hots}' } },
    'the URL of URL has {hots}; expected {host}, {port}, {user} or {secret:NAME}.',
  ],
  [
    'a user of a target without one',
    { urls: { URL: 'http://{user}@{host}' } },
    'has {user}, but the target names no user.',
  ],
  [
    'a secret that is not bound',
    { urls: { URL: 'http://:{secret:password}@{host}' }, variables: { URL: secretUrl } },
    "has {secret:password}; bind that secret to a variable of its own, too: secrets: { password: '…' }.",
  ],
  [
    'a secret in a variable that is shown',
    {
      urls: { URL: 'http://:{secret:password}@{host}' },
      binds: { secrets: { password: 'PASSWORD' } },
      variables: password,
    },
    'has a secret; declare URL with secret: true and refers: true.',
  ],
  [
    'a URL that its variable does not take',
    { urls: { URL: '{host}:{port}' }, variables: { URL: url({ doc: 'a URL' }) } },
    'the URL of URL is "store.example:6432"; expected a URL that starts with http://',
  ],
  [
    'a variable that is not read',
    { urls: { URI: 'http://{host}' } },
    'binds URI, which it does not read. Did you mean "URL"?',
  ],
  [
    'the user of a target without one',
    { urls: {}, binds: { user: 'URL' } },
    'binds the user of "store", which names none',
  ],
  [
    'its own user, where it has none',
    { urls: {}, store: { ownUser: 'U', variables: { U: whole(1, 2, { doc: 'u' }) } } },
    'binds its own user',
  ],
  [
    'a variable twice',
    { urls: { URL: 'http://{host}' }, binds: { port: 'URL' }, variables: { URL: port({ doc: 'a port' }) } },
    'variable URL is taken 2 times',
  ],
])('a stack is refused for %s', (_, parts, message) => {
  expect(refusal(parts)).toContain(message);
});

import fc from 'fast-check';
import { backendVariables } from '../../../contract/services/backend-variables.ts';
import { defineStack } from '../../../model/define-stack.ts';
import type { EnvText, Variables } from '../../../model/env.ts';
import { serviceOf } from '../../../model/environment.ts';
import type { Service } from '../../../model/stack.ts';
import {
  choice,
  flag,
  list,
  matching,
  port,
  text,
  token,
  url,
  whole,
  type IntegerVariable,
  type Variable,
} from '../../../model/variable.ts';

/** A service whose variables are of every type, the chat's among them, and environments for it. */

const doc = 'one\nor """two""" lines';

const own: Variables = {
  FLAG: flag({ doc }),
  COUNT: whole(0, 10, { default: 3, unit: 'apples', doc }),
  LARGEST: whole(1_005, Number.MAX_SAFE_INTEGER, { doc }),
  SHARES: list(['read', 'write', 'a.b+c[d]'], { default: ['read'], doc }),
  ONE: list(['only'], { default: ['only'], doc }),
  FEW: text({ minLength: 2, maxLength: 4, default: 'a b', doc }),
  QUOTED: text({ default: 'a "b" \\n \u00e4 \u{1f600}', doc }),
  LINES: text({ default: 'a\nb', doc }),
  EMPTY: text({ default: '', doc }),
  CODE: matching('^[A-Z]{2}|[0-9]+"?\\\\?$', { expected: 'a code', doc }),
  http_proxy: url({ doc }),
  model_name: text({ default: 'm', doc }),
  _UNDER: text({ doc }),
  str: choice(['a', 'b'], { default: 'a', doc }),
  digest: port({ doc }),
  None: flag({ default: true, doc }),
  HERE: text({ local: true, default: '/here', doc }),
  PIN: whole(0, 9_999, { secret: true, doc }),
  ROLES: list(['a', 'b'], { secret: true, doc }),
  SECRET_FLAG: flag({ secret: true, doc }),
  API_KEY: token({ secret: true, doc }),
};

/** A service that reports, with a hard gate and one that is needed once. */
export const manyVariables: Service = serviceOf(stack(), 'many');

function stack() {
  const container = {
    image: 'a:1',
    user: { uid: 1, gid: 1 },
    resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { memory: '1Mi' } },
  };
  const common = { doc, container, terminationGraceSeconds: 1 };
  const dependency = { ...common, kind: 'stateful', ports: { main: { containerPort: 5_000, doc } } } as const;
  return defineStack({
    ...{ name: 's', namespace: 'n' },
    services: [
      { ...dependency, name: 'queue' },
      { ...dependency, name: 'index' },
      {
        ...{ ...common, name: 'many', kind: 'stateless', replicas: 1 },
        ports: { metrics: { containerPort: 9_000, doc } },
        report: { port: 'metrics', readyz: '/ready', config: '/environment' },
        variables: { ...backendVariables, ...own },
        edges: [
          { to: 'queue', port: 'main', gate: 'hard', binds: {} },
          { to: 'index', port: 'main', gate: 'first', binds: {} },
        ],
      },
    ],
  });
}

/** What other parsers take, or take for something else. */
const hostile = [
  ...[' 6379 ', '6_379', '6379.0', '+6379', '-0', '-1', '0x18eb', '1e3', '٥', '６', '0006379', '6379\n'],
  ...['0000000000006379', '999999999999999', '9007199254740991', 'Infinity', 'NaN', 'null', 'None', '[]'],
  ...['yes', 'no', 'on', 'off', 't', 'True', 'TRUE', '1', '0', ' true', 'true\n', 'false\r'],
  ...[
    '["read"]',
    'read,',
    ',',
    'read,read',
    '\ufeffread',
    'read\u0085',
    'read\u001c,write',
    '\u2003read\u3000',
  ],
  ...['tcp://10.0.0.1:6379', 'HTTP://a', 'http://a/', 'http://u:p@a', 'http://a\n', 'http://A.example:080'],
  ...['info ', 'INFO', 'AB\n', 'AB', 'ABC', '12"\\', 'x'.repeat(31), 'x'.repeat(32), '\u{1f600}'.repeat(3)],
  ...['a', '\u{1f600}'.repeat(5), '\u2028', '"', '\\', '\u007f', '$(FLAG)', '__proto__', ' ', '\t', '#'],
];

/** No longer number is read. */
const largest = ({ maximum }: IntegerVariable): number => Math.min(maximum, 10 ** 13);

/** The numbers at both ends, and those beyond. */
const ends = (variable: Variable): string[] =>
  variable.type === 'integer'
    ? [variable.minimum, variable.minimum - 1, variable.maximum, variable.maximum + 1].map(String)
    : [];

/** Texts that a variable is meant to have. */
function meant(variable: Variable): fc.Arbitrary<string> {
  switch (variable.type) {
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'enum':
      return fc.constantFrom(...variable.values);
    case 'integer':
      return fc
        .tuple(
          fc.constantFrom('', '', '0', '00'),
          fc.integer({ min: variable.minimum, max: largest(variable) }),
        )
        .map(([zeros, number]) => `${zeros}${number}`);
    case 'list':
      return fc
        .tuple(
          fc.array(fc.constantFrom(...variable.values), { minLength: 1, maxLength: 3 }),
          fc.constantFrom(',', ', ', '\t,\u00a0'),
        )
        .map(([words, between]) => words.join(between));
    case 'string': {
      const { pattern, minLength = 0, maxLength = 40 } = variable;
      return pattern === undefined
        ? fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, maxLength) })
        : fc.stringMatching(new RegExp(`^(?:${pattern})$`));
    }
  }
}

/** A text as an environment can have one. */
const isPossible = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** One of the texts that are meant, with a letter more or less, or in other letters. */
const spoiled = (variable: Variable): fc.Arbitrary<string> =>
  fc
    .tuple(meant(variable), fc.nat(), fc.constantFrom('', ' ', '\n', '_', '0', 'ä', '"', '\\'))
    .map(([raw, at, sign]) => {
      const place = at % (raw.length + 1);
      return raw.slice(0, place) + sign + raw.slice(sign === '' ? place + 1 : place);
    })
    .filter(isPossible);

/** Environments of a service: most variables as they are meant or unset, up to three as they are not. */
export function environments(variables: Variables): fc.Arbitrary<EnvText> {
  const names = Object.keys(variables);
  const good = fc.record(
    Object.fromEntries(
      Object.entries(variables).map(([name, variable]) => [
        name,
        fc.oneof(fc.constant(''), meant(variable).filter(isPossible)),
      ]),
    ),
    { requiredKeys: [] },
  );
  const bad = fc.constantFrom(...names).chain((name) => {
    const variable = variables[name] ?? text({ doc });
    const [lower, raw] = [
      name.toLowerCase(),
      fc.oneof(fc.constantFrom(...hostile, ...ends(variable)), spoiled(variable)),
    ];
    return fc.record({ name: fc.constantFrom(name, name, name, name, lower), raw });
  });
  return fc.tuple(good, fc.array(bad, { maxLength: 3 })).map(([values, spoilt]) => ({
    ...values,
    ...Object.fromEntries(spoilt.map(({ name, raw }) => [name, raw])),
  }));
}

/** So many, the same ones on every run; then each hostile text as the value of every variable. */
export const environmentsOf = (variables: Variables, count: number, seed: number): EnvText[] => [
  ...fc.sample(environments(variables), { numRuns: count, seed }),
  ...hostile.map((raw) => Object.fromEntries(Object.keys(variables).map((name) => [name, raw]))),
];

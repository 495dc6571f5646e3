/** Texts that some reader or writer of YAML, of a shell or of a configuration file takes for more than a text. */

/** What readers of YAML 1.1 or 1.2 take for a number, a date, a truth or nothing. */
const lookalikes = [
  ...[
    '',
    '0',
    '00',
    '08',
    '017',
    '0o17',
    '0O17',
    '0x1F',
    '0X1F',
    '0b11',
    '0B11',
    '1_000',
    '0x_1',
    '+1',
    '-1',
    '-0',
  ],
  ...[
    '1.',
    '.5',
    '-.5',
    '1.5',
    '1e3',
    '1E+3',
    '1.e3',
    '1e',
    '318169894941068e',
    '.inf',
    '-.INF',
    '.nan',
    '.',
  ],
  ...['190:20:30', '1:30', '-1:30.5', '2026-11-25', '2026-1-2', '2001-12-14t21:59:43.10-05:00'],
  ...['2001-12-14 21:59:43', '2001-12-14 21:59:43.1 Z', '12e03', '9007199254740993', '0.0.0.0', '10.0.0.1'],
  ...[
    'y',
    'Y',
    'n',
    'N',
    'yes',
    'No',
    'on',
    'OFF',
    'true',
    'False',
    'null',
    'Null',
    '~',
    '=',
    '<<',
    '-',
    '?',
    ':',
  ],
  ...[
    '!',
    '!!',
    '!!str',
    '!!binary aGk=',
    '!!python/object:os.system x',
    '&a',
    '*a',
    '&a b',
    '*',
    '|',
    '>',
    '|-',
  ],
  ...[
    '---',
    '--- a',
    '...',
    '%YAML 1.1',
    '%TAG ! x',
    '#',
    '# a',
    'a #b',
    'a: b',
    'a:',
    ': a',
    '- a',
    '? a',
    '-',
  ],
  ...[
    '{',
    '{}',
    '{a: b}',
    '[',
    '[]',
    '[a]',
    '}',
    ']',
    ',',
    '"',
    '"a"',
    "'",
    "'a'",
    '@a',
    '`a`',
    '\\',
    'a\\',
    '\\n',
  ],
  ...['__proto__', 'constructor', 'toString', '${HOME}', '$(id)', '`id`', '%d', '%2B', 'END', 'nil'],
] as const;

const separators = [
  ...[
    ' ',
    '  ',
    '\t',
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    '\n ',
    '\n  ',
    ' \n',
    '\t\n',
    '\n\t',
    '\u000b',
    '\f',
    '\0',
  ],
  ...[
    '\u0001',
    '\u0007',
    '\b',
    '\u001b',
    '\u001b[2J',
    '\u007f',
    '\u0080',
    '\u0085',
    '\u009b',
    '\u00a0',
    '\u00ad',
  ],
  ...[
    '\u2028',
    '\u2029',
    '\ufeff',
    '\ufffe',
    '\uffff',
    '\u200b',
    '\u202e',
    '\u2066',
    '\ud7ff',
    '\ue000',
    '\u0300',
  ],
  ...['\u{1f600}', '\u{10ffff}', '\u{1d173}', '\u{e0001}', 'ä', 'é', '漢', 'İ', 'ß'],
];

const fragments = [
  ...[
    'a',
    'AUTH_MODE: none',
    '  AUTH_MODE: none',
    'AUTH_MODE=none',
    '- a',
    ': ',
    ' #',
    'x'.repeat(90),
    ' y z',
  ],
  ...['requirepass ""', 'END', 'user default on nopass ~* &* +@all', '"', "'", '\\', '\\x41', '\\\\'],
];

/** A pseudo-random sequence that a seed decides (mulberry32): each call gives a whole number below `bound`. */
function sequence(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** `count` texts, the same ones for the same seed: every piece alone, every separator in three places, then mixtures. */
export function hostileTexts(count: number, seed = 1): string[] {
  const below = sequence(seed);
  const from = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const texts: string[] = [
    ...lookalikes,
    ...fragments,
    ...separators.flatMap((one) => [
      one,
      `${one}a`,
      `a${one}`,
      `a${one}b`,
      `a${one}AUTH_MODE: none`,
      `a: b${one}- c`,
    ]),
    'k'.repeat(1_023),
    'k'.repeat(1_100),
    'long '.repeat(400),
  ];
  const pieces = [lookalikes, separators, fragments];
  while (texts.length < count)
    texts.push(Array.from({ length: 1 + below(6) }, () => from(from(pieces))).join(''));
  return texts.slice(0, count);
}

/** Half of a surrogate pair: JavaScript has such texts, no encoding of Unicode does. */
export const halfPairs = ['\ud800', 'a\udfff', '\udc00\ud800', 'x\ud83dy'] as const;

/** A text in every place a text may stand in: value, key, item, and after and before other things. */
export const placesOf = (text: string): object => ({
  first: text,
  [`key ${text}`]: text,
  ...(Object.hasOwn({ first: 0 }, text) ? {} : Object.fromEntries([[text, { [text || 'k']: [text] }]])),
  list: [text, [text, [text]], { text, after: 1 }, { [text || 'k']: text }],
  last: { deep: { deeper: { text } } },
});

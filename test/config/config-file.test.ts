import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../servers/command.ts';

/** `mooring.config.ts` as Node loads it: in a process of its own, from folders where nothing is installed. */

interface Loaded {
  readonly kinds?: readonly string[];
  readonly stack?: string;
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
}

const stack = `defineStack({ name: 'shop', namespace: 'shop', services: [] })`;
const good = `import { defineStack } from 'mooring';\nexport default ${stack};\n`;
const commonJs = JSON.stringify({ type: 'commonjs' });

/** The tests' second kind as its author has it, who installed the package. */
const shopKind = readFileSync('test/kinds/shop-kind.ts', 'utf8').replaceAll(
  /'\.\.\/\.\.\/model\/[^']+'/g,
  "'mooring'",
);

/** By what is loaded: the files of its folder. */
const folders = {
  nothing: {},
  ts: { 'mooring.config.ts': good.replace('import', 'type A = 1;\nimport') },
  mts: { 'mooring.config.mts': good },
  js: { 'mooring.config.js': good },
  mjs: { 'mooring.config.mjs': good },
  'ts in CommonJS': { 'package.json': commonJs, 'mooring.config.ts': good },
  'js in CommonJS': { 'package.json': commonJs, 'mooring.config.js': good },
  'TypeScript beside it in CommonJS': {
    'package.json': commonJs,
    'mooring.config.ts': `export { shop as default } from './shop.ts';`,
    'shop.ts': `import { defineStack } from 'mooring';\nexport const shop = ${stack} as const;`,
  },
  'another mooring and zod are installed': {
    'node_modules/mooring/index.js': 'throw new Error("not this one");',
    'node_modules/zod/index.js': 'throw new Error("not this one");',
    'mooring.config.ts': `import { z } from 'zod';\nz.string();\n${good}`,
  },
  'a package below node_modules has a zod of its own': {
    'node_modules/zod/index.js': 'export const z = 3;',
    'node_modules/three/index.js': `import { z } from 'zod';\nexport default z;`,
    'node_modules/three/package.json': JSON.stringify({ type: 'module', exports: './index.js' }),
    'node_modules/zod/package.json': JSON.stringify({ type: 'module', exports: './index.js' }),
    'mooring.config.ts': `import three from 'three';\nif (three !== 3) throw new Error(String(three));\n${good}`,
  },
  kinds: { 'mooring.config.ts': `import { chatKind } from 'mooring/chat';\nexport default [chatKind];` },
  'a kind of one’s own': {
    'package.json': commonJs,
    'shop-kind.ts': shopKind,
    'mooring.config.ts': `export { shopKind as default } from './shop-kind.ts';`,
  },
  'two files': { 'mooring.config.ts': good, 'mooring.config.js': good },
  'TypeScript that is none': { 'mooring.config.ts': 'const a = 1;\nconst b: = 2;\n' },
  'JavaScript that is none': { 'mooring.config.js': 'const a = 1;\nconst b = = 2;\n' },
  'JavaScript that is none beside it': {
    'mooring.config.ts': `import './other.mjs';\n${good}`,
    'other.mjs': '\nconst b = = 2;\n',
  },
  'an enum': { 'mooring.config.ts': 'const a = 1;\nenum B { c }\nexport default B;' },
  'a file without its ending': {
    'mooring.config.ts': `\nimport { shop } from './shop';\nexport default shop;`,
  },
  'a package that is not there': { 'mooring.config.ts': `\n\nimport 'not-there';\nexport default 1;` },
  'no export of ours': { 'mooring.config.ts': `import { defineStak } from 'mooring';\nexport default 1;` },
  'no module of ours': { 'mooring.config.ts': `\nimport 'mooring/nothing';\nexport default 1;` },
  CommonJS: { 'mooring.config.js': `\nmodule.exports = {};` },
  'a throw': { 'mooring.config.ts': `\n  throw new TypeError('so much for that');` },
  'a throw beside it': {
    'mooring.config.ts': `import './other.ts';\n${good}`,
    'other.ts': `\nthrow new Error('there');`,
  },
  'a thrown text': { 'mooring.config.ts': `throw 'a text';` },
  'a stack that contradicts itself': { 'mooring.config.ts': good.replace(`name: 'shop'`, `name: 'Shop'`) },
  'no default': { 'mooring.config.ts': `export const a = 1;` },
  'a number': { 'mooring.config.ts': `const a = 1;\n\nexport default a;` },
  'an object with services': { 'mooring.config.ts': `export default { services: [] };` },
  'a kind of one’s own making': {
    'mooring.config.ts': `import { chatKind } from 'mooring/chat';\nconst { unstated, ...rest } = chatKind;\nexport default rest;`,
  },
  'an empty list': { 'mooring.config.ts': `export default [];` },
  'a list with a stack': {
    'mooring.config.ts': `import { defineStack } from 'mooring';\nexport default [${stack}];`,
  },
  'two kinds of one name': {
    'mooring.config.ts': `import { chatKind } from 'mooring/chat';\nexport default { ...chatKind };`,
  },
} satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

type Case = keyof typeof folders;

let root: string;
let results: Readonly<Record<string, Loaded>>;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'mooring-config-'));
  const names = Object.keys(folders);
  for (const [name, files] of Object.entries<Readonly<Record<string, string>>>(folders)) {
    mkdirSync(join(root, name));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name, file)), { recursive: true });
      writeFileSync(join(root, name, file), text);
    }
  }
  const program = resolve('test/config/load-each.ts');
  const { stdout } = await run(process.execPath, [program, ...names.map((name) => join(root, name))]);
  const lines = stdout.trim().split('\n');
  results = Object.fromEntries(names.map((name, index) => [name, JSON.parse(lines[index] ?? '') as Loaded]));
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const result = (name: Case): Loaded => results[name] ?? {};

describe('what a folder adds', () => {
  test('without a file there are the built-in kinds', () => {
    expect(result('nothing')).toEqual({ kinds: ['ChatStack'] });
  });

  test.each([
    'ts',
    'mts',
    'js',
    'mjs',
    'ts in CommonJS',
    'js in CommonJS',
    'TypeScript beside it in CommonJS',
    'another mooring and zod are installed',
    'a package below node_modules has a zod of its own',
  ] as const)('a stack comes before the built-in kinds: %s', (name) => {
    expect(result(name)).toEqual({ kinds: ['Stack', 'ChatStack'], stack: 'shop' });
  });

  test('a kind of one’s own comes before the built-in kinds', () => {
    expect(result('a kind of one’s own')).toEqual({ kinds: ['ShopStack', 'ChatStack'] });
  });

  test('a built-in kind that is exported is there once', () => {
    expect(result('kinds')).toEqual({ kinds: ['ChatStack'] });
  });
});

describe('what is refused', () => {
  test.each([
    ['TypeScript that is none', /^mooring\.config\.ts:2: it does not load: SyntaxError: .+\nCorrect/],
    ['JavaScript that is none', /^mooring\.config\.js:2: it does not load: SyntaxError: .+\nCorrect/],
    ['JavaScript that is none beside it', /^other\.mjs:2: it does not load: SyntaxError: /],
    [
      'an enum',
      /^mooring\.config\.ts:2: it does not load: .+enum.+\nNode strips types .+ object in place of an enum/,
    ],
    [
      'a file without its ending',
      /^mooring\.config\.ts:2: .+shop.+\nImport a file by its whole name, such as "\.\/services\.ts"/,
    ],
    [
      'a package that is not there',
      /^mooring\.config\.ts:3: .+not-there.+\n.+install a package in this folder/,
    ],
    ['no export of ours', /^mooring\.config\.ts:1: it does not load: .+defineStak/],
    ['no module of ours', /^mooring\.config\.ts:2: .+nothing/],
    [
      'CommonJS',
      /^mooring\.config\.js:2:1: it throws: ReferenceError.+\nThe file is an ES module: write "import" and "export default"/,
    ],
    ['a throw', /^mooring\.config\.ts:2:9: it throws: TypeError: so much for that\nCorrect/],
    ['a throw beside it', /^other\.ts:2:7: it throws: Error: there\n/],
    ['a thrown text', /^mooring\.config\.ts: it throws 'a text'\./],
    ['no default', /^mooring\.config\.ts: it has no default export; expected one stack, or one kind/],
    [
      'a number',
      /^mooring\.config\.ts:3: its default export is a number; expected .+\nWrite "export default defineStack/,
    ],
    ['an object with services', /^mooring\.config\.ts:1: .+ services that defineStack did not make/],
    ['a kind of one’s own making', /^mooring\.config\.ts:3: .+ schema that defineKind did not make/],
    ['an empty list', /^mooring\.config\.ts:1: its default export is an empty list/],
    ['a list with a stack', /^mooring\.config\.ts:2: its default export has a stack among others/],
    ['two kinds of one name', /^mooring\.config\.ts:2: two kinds are called ChatStack/],
    ['two files', /^There are mooring\.config\.ts and mooring\.config\.js; expected one\./],
  ] as const)('%s', (name, message) => {
    expect(result(name)).toMatchObject({ name: 'ConfigError', code: 'CONFIG_FILE_INVALID' });
    expect(result(name).message).toMatch(message);
  });

  test('a stack that contradicts itself, as every stack is, with the line that defines it', () => {
    const { name, message } = result('a stack that contradicts itself');
    expect(name).toBe('StackError');
    expect(message).toMatch(/^The stack "Shop" is refused:\n {2}- mooring\.config\.ts:2:16: /);
  });
});

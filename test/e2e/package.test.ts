import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPackage } from '../../scripts/package/build.ts';
import { unportableFiles } from '../../scripts/package/check.ts';
import { manifest } from '../../scripts/package/manifest.ts';
import { packTarball } from '../../scripts/package/tarball.ts';
import { configDigestAnnotation } from '../../model/names.ts';
import { readinessReport } from '../../model/report.ts';
import { forSuite } from '../servers/for-suite.ts';
import { until } from '../servers/poll.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';
import { startProcess } from '../servers/process.ts';
import { pydanticPython } from '../servers/pydantic/pydantic.ts';
import { furnish, shellIn } from './package-folder.ts';
import { blocksOf } from './shell-blocks.ts';

/** The package in a folder outside the clone, as docs/package.md says, and without any script of an installation. */

const root = resolve('.');
const page = 'docs/package.md';
const commands = blocksOf(page).filter(({ language }) => language === 'sh');
const [pack, release, use] = commands.map(({ text }) => text);

const guide = 'docs/guides/your-own-stack.md';
const composeGuide = 'docs/guides/from-compose.md';
const pythonGuide = 'docs/guides/python.md';

let folder: string;
let own: string;
let inPython: string;
let fromCompose: string;
let tarball: string;
let printed: string;

const shell = (script: string, cwd = folder): Promise<string> => shellIn(cwd, script);

const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);

const installed = (path = ''): string => join(folder, 'node_modules', path);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-package-'));
  await buildPackage();
  tarball = packTarball();
  write('package.json', JSON.stringify({ private: true, type: 'module' }));
  own = join(folder, 'own');
  inPython = join(folder, 'python');
  fromCompose = join(folder, 'compose');
  for (const each of [own, inPython, fromCompose]) {
    mkdirSync(each);
    // As "npm init" writes it.
    writeFileSync(join(each, 'package.json'), JSON.stringify({ private: true, type: 'commonjs' }));
  }
  for (const each of [folder, own, inPython, fromCompose]) await furnish(each, tarball);
  printed = await shell(use ?? '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  test(`is made and used by the commands of ${page}, and no other stands there`, () => {
    expect(commands).toHaveLength(3);
    expect(pack).toBe('npm run pack');
    expect(use).toContain(`./${basename(tarball)}`);
  });

  test('is released with what it is made of, what changed and the sums of all', async () => {
    const said = await shell(release ?? 'false', root);
    expect(said.match(/: OK$/gm)).toHaveLength(3);
    const files = readdirSync(join(root, 'build/release'));
    const named = [`${manifest.name}-${manifest.version}`].flatMap((name) =>
      ['cdx.json', 'md', 'tgz'].map((end) => `${name}.${end}`),
    );
    expect(files.sort()).toEqual(['SHA256SUMS', ...named]);
    const released = readFileSync(join(root, `build/release/${basename(tarball)}`));
    expect(released.equals(readFileSync(tarball))).toBe(true);
  });

  test('begins, renders and verifies a stack, and names the commands as they are called', () => {
    expect(printed).toContain('Next: npx mooring synth\n');
    expect(printed).toContain('33 objects: no findings.');
    expect(readdirSync(join(folder, 'dist'))).toContain('0000-namespace.k8s.yaml');
  });

  test('renders what the clone renders', async () => {
    const line = '-f stack.yaml --stdout';
    const ours = await shell(`'${root}/cli/mooring' synth ${line}`);
    expect(await shell(`npx mooring synth ${line}`)).toBe(ours);
  });

  test(`runs a stack in code by the commands of ${guide}`, async () => {
    const [block, ...others] = blocksOf(guide).filter(({ language, needs }) => language === 'sh' && !needs);
    expect(others).toEqual([]);
    const said = await shell(block?.text ?? 'false', own);
    for (const line of ['Wrote mooring.config.ts', 'Next: npx mooring synth\n', '14 objects: no findings.'])
      expect(said).toContain(line);
  });

  test('finds what was changed in its manifests, and refuses what contradicts itself with the line', async () => {
    const broken = `sed -i 's/CACHE_PORT: "6379"/CACHE_PORT: "6380"/' dist/web.k8s.yaml; ! npx mooring verify`;
    expect(await shell(broken, own)).toMatch(/PORT_NOT_SERVED: CACHE_PORT is "6380".+ serves 6379/);
    const refused = `sed -i "s/port: 'redis', gate/port: 'rediss', gate/" mooring.config.ts; ! npx mooring synth`;
    expect(await shell(refused, own)).toMatch(
      /mooring\.config\.ts:10:16: The edge web → cache:rediss: "cache" has no port "rediss"\. Did you mean "redis"\?/,
    );
  });

  test('completes command lines by the name that kubectl calls', async () => {
    expect(await shell(`node_modules/.bin/kubectl_complete-mooring ver`)).toContain('verify');
  });

  test('brings zod and nothing else, and nothing that is run when it is installed', () => {
    const lock = JSON.parse(readFileSync(installed('.package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly hasInstallScript?: true }>>;
    };
    expect(Object.keys(lock.packages).sort()).toEqual(['node_modules/mooring', 'node_modules/zod']);
    expect(Object.values(lock.packages).filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
  });

  test('has no native and no shell file', async () => {
    await shell(`mkdir packed; tar -xzf '${basename(tarball)}' -C packed`);
    expect(readdirSync(join(folder, 'packed/package'))).toContain('lib');
    expect(unportableFiles(join(folder, 'packed'))).toEqual([]);
  });

  test('takes at most 5 MB packed and 20 MB installed', () => {
    expect(statSync(tarball).size).toBeLessThan(5_000_000);
    const files = globSync('**', { cwd: installed(), withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.map(({ parentPath, name }) => statSync(join(parentPath, name)).size);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(20_000_000);
  });

  test('gives each export to a program that has nothing else', async () => {
    const names = Object.keys(manifest.exports).filter((name) => !name.endsWith('.json'));
    const imports = names.map((name) => `await import('mooring${name.slice(1)}');`);
    write('imports.js', imports.join('\n'));
    await shell('node imports.js');
    expect(names).toHaveLength(7);
  });

  test('declares types that a strict program is checked by', async () => {
    write('consumer.ts', consumer);
    const tsc = `node '${root}/node_modules/typescript/bin/tsc'`;
    // Not --skipLibCheck: the declarations themselves are checked.
    const options = '--strict --noEmit --module nodenext --target es2024 --lib es2024,dom';
    await shell(`${tsc} ${options} consumer.ts`);
  });

  test('asserts under node:test, and a broken stack is red there', async () => {
    const [example = ''] = /^```ts\n([^]*?)^```$/m.exec(readFileSync(page, 'utf8'))?.slice(1) ?? [];
    write('green.test.ts', example);
    write('red.test.ts', example.replace("'6379' }", "' 6379' }"));
    expect(await shell('node --test green.test.ts')).toMatch(/pass 2\n/);
    expect(await shell('! node --test red.test.ts')).toMatch(/fail 1\n[^]*REDIS_PORT is \\?" 6379/);
  });
});

test(`a compose file becomes a stack by the commands of ${composeGuide}, which tell what it says`, async () => {
  const [compose, begin, ...others] = blocksOf(composeGuide);
  writeFileSync(join(fromCompose, 'compose.yaml'), compose?.text ?? '');
  const said = await shell(begin?.text ?? 'false', fromCompose);
  expect(said).toContain(/^```text\n([^]*?)^```$/m.exec(readFileSync(composeGuide, 'utf8'))?.[1]);
  expect(said).toContain('web     db         postgres 5432   none   egress, ingress');
  expect(said).toMatch(/^\d+ objects: no findings\.$/m);
  expect(others).toEqual([]);
  const manifests = readFileSync(join(fromCompose, 'dist/web.k8s.yaml'), 'utf8');
  expect(manifests).toContain('value: postgresql://shop:$(DB_POSTGRES_PASSWORD)@shop-db:5432/shop');
  expect(manifests).toContain('CACHE_HOST: shop-cache');
});

describe('an app in Python', () => {
  const python3 = forSuite(async () => ({ path: await pydanticPython(), stop: () => Promise.resolve() }));
  const fenced = (language: string): string[] =>
    [...readFileSync(pythonGuide, 'utf8').matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
      .filter(([, tag]) => tag === language)
      .map(([, , body = '']) => body);
  const [begin, start, check, again, ...others] = fenced('sh');
  const [app = '', serve = ''] = fenced('python');
  const file = (name: string): string => join(inPython, name);
  /** Commands with that Python on the PATH, whose packages are there already. */
  const withPython = (script = 'false'): Promise<string> =>
    shell(`export PIP_NO_INDEX=1 PATH='${dirname(python3().path)}':"$PATH"\n${script}`, inPython);

  test(`reads and refuses its environment as ${pythonGuide} says, command by command`, async () => {
    expect(await withPython(begin)).toContain('Wrote settings.py.');
    writeFileSync(file('app.py'), app);
    const said = await withPython(start);
    expect(said).toMatch(/^The cache is at localhost:6379\. Digest: [0-9a-f]{16}$/m);
    expect(said).toContain(fenced('text')[0]);
    expect(said).toContain('refused\n');
    expect(said).not.toContain('6_379');
    expect(others).toEqual([]);
  });

  test('fails the check of its guide where a default was edited by hand, which is named', async () => {
    expect(await withPython(check)).toContain('settings.py is the latest.');
    const text = readFileSync(file('settings.py'), 'utf8');
    writeFileSync(file('settings.py'), text.replace(/(CACHE_PORT: .+ = )None/, '$16380'));
    const said = await withPython(`! ${check ?? ''}`);
    expect(said).toMatch(
      /CACHE_PORT, line \d+:\n.+= 6380\n.+= None\nRun "npx mooring env python web --out settings.py"/,
    );
  });

  test('reports the digest that its manifests have, and its gate', async () => {
    const config = readFileSync(file('mooring.config.ts'), 'utf8');
    writeFileSync(file('mooring.config.ts'), config.replace(/ *edges: .+\n/, fenced('ts')[0] ?? ''));
    await withPython(again);
    const manifests = parseAllDocuments(readFileSync(file('dist/web.k8s.yaml'), 'utf8')).map((document) =>
      rendered.parse(document.toJS()),
    );
    const values = manifests.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
    const digest = manifests.find(({ kind }) => kind === 'Deployment')?.spec?.template?.metadata.annotations;
    const port = await freePort();
    writeFileSync(file('serve.py'), serve.replace('("", 8080)', `("${LOOPBACK}", ${port})`));
    const asked = async (path: string): Promise<Response> => fetch(`http://${LOOPBACK}:${port}${path}`);
    const cache = createServer().listen(await freePort(), LOOPBACK);
    await once(cache, 'listening');
    const running = await startProcess({
      ...{ command: python3().path, args: ['-B', 'serve.py'], cwd: inPython, logFile: file('serve.log') },
      env: { CACHE_HOST: LOOPBACK, CACHE_PORT: String((cache.address() as AddressInfo).port) },
      readyWhen: { check: async () => (await asked('/readyz')).ok },
    });
    try {
      const report = readinessReport.parse(await (await asked('/readyz')).json());
      expect(report).toMatchObject({ ready: true, gates: [{ name: 'cache', state: 'open' }] });
      cache.close();
      await until('the gate is closed', async () => (await asked('/readyz')).status === 503, 10_000);
      expect(await (await asked('/config')).json()).toMatchObject({ values: { CACHE_HOST: LOOPBACK } });
    } finally {
      await running.stop();
    }
    expect(Object.keys(values)).toEqual(['CACHE_HOST', 'CACHE_PORT']);
    const words = Object.entries(values).map(([name, value]) => `${name}=${value}`);
    expect(await withPython(`${words.join(' ')} python app.py`)).toContain(
      `Digest: ${digest?.[configDigestAnnotation] ?? 'none'}`,
    );
  });
});

test('the TypeScript module of an environment is one for a strict program, which it gives its values', async () => {
  await shell(
    'rm -f mooring.config.ts; npx mooring init --config; npx mooring env typescript --out env.mts',
    own,
  );
  writeFileSync(
    join(own, 'app.mts'),
    `import { readEnv, digestOf, type Env } from './env.mts';
const env: Env = readEnv(process.env);
const port: number | undefined = env.CACHE_PORT;
console.log(port, digestOf(env));`,
  );
  const tsc = `node '${root}/node_modules/typescript/bin/tsc' --ignoreConfig`;
  const types = `--typeRoots '${root}/node_modules/@types' --types node`;
  const options = '--strict --noEmit --module nodenext --target es2024 --allowImportingTsExtensions';
  await shell(`${tsc} ${options} ${types} app.mts`, own);
  const refused = await shell(`CACHE_PORT=6379 node app.mts; ! CACHE_PORT=6_379 node app.mts`, own);
  expect(refused).toMatch(/^6379 [0-9a-f]{16}$/m);
  expect(refused).toContain('CACHE_PORT is "6_379"; expected a port number');
});

/** What is looked at of a rendered object. */
const rendered = z.looseObject({
  kind: z.string(),
  data: z.record(z.string(), z.string()).optional(),
  spec: z
    .looseObject({
      template: z
        .looseObject({
          metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).optional() }),
        })
        .optional(),
    })
    .optional(),
});

/** What a user may write; each `@ts-expect-error` is an error of theirs. */
const consumer = `
import { defineStack, type Stack } from 'mooring';
import { parseEnv, port, text } from 'mooring/env';
import { renderStack } from 'mooring/render';
import { chatKind, type ChatStack } from 'mooring/chat';
import { verifyManifests } from 'mooring/proof';
import { assertStackVerifies } from 'mooring/testing';
import { serveOperator } from 'mooring/operator';

const variables = { REDIS_PORT: port({ default: 6379, doc: 'its port' }), KEY: text({ doc: 'a key' }) };
const parsed = parseEnv(variables, {});
if (parsed.ok) {
  const redisPort: number = parsed.env.REDIS_PORT;
  const key: string | undefined = parsed.env.KEY;
  // @ts-expect-error: there is no such variable.
  void [redisPort, key, parsed.env.REDIS_PROT];
}
const stack: Stack = defineStack({ name: 'shop', namespace: 'shop', services: [] });
// @ts-expect-error: only defineStack makes a stack.
const forged: Stack = { name: 'shop', namespace: 'shop', services: [] };
const names: string[] = renderStack(stack).map(({ metadata }) => metadata.name);
const document: ChatStack = chatKind.schema.parse({});
const severities: ('error' | 'warning' | 'unknown')[] = verifyManifests([]).map(({ severity }) => severity);
void [forged, names, document, severities, assertStackVerifies(chatKind), () => serveOperator([chatKind])];
`;

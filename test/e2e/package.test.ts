import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPackage } from '../../scripts/package/build.ts';
import { unportableFiles } from '../../scripts/package/check.ts';
import { manifest } from '../../scripts/package/manifest.ts';
import { packTarball } from '../../scripts/package/tarball.ts';
import { capture } from '../servers/command.ts';
import { blocksOf } from './shell-blocks.ts';

/** The package in a folder outside the clone, as docs/package.md says, and without any script of an installation. */

const root = resolve('.');
const page = 'docs/package.md';
const commands = blocksOf(page).filter(({ language }) => language === 'sh');
const [pack, use] = commands.map(({ text }) => text);

const guide = 'docs/guides/your-own-stack.md';

let folder: string;
let own: string;
let tarball: string;
let printed: string;

/** Commands of a shell in that folder; `MOORING_CALLED_AS` is the clone's. Nothing is asked of a registry. */
async function shell(script: string, cwd = folder): Promise<string> {
  const { code, stdout, stderr } = await capture('env', ['-u', 'MOORING_CALLED_AS', 'sh', '-ec', script], {
    cwd,
    env: {
      ...{ npm_config_offline: 'true', npm_config_ignore_scripts: 'true', npm_config_fund: 'false' },
      ...{ npm_config_audit: 'false', npm_config_update_notifier: 'false', MOORING_STACK: '' },
    },
  });
  expect(code, `${script}\n${stdout}${stderr}`).toBe(0);
  return stdout + stderr;
}

const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);

const installed = (path = ''): string => join(folder, 'node_modules', path);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-package-'));
  await buildPackage();
  tarball = packTarball();
  write('package.json', JSON.stringify({ private: true, type: 'module' }));
  own = join(folder, 'own');
  mkdirSync(own);
  // As "npm init" writes it.
  write('own/package.json', JSON.stringify({ private: true, type: 'commonjs' }));
  for (const each of [folder, own]) {
    copyFileSync(tarball, join(each, basename(tarball)));
    // From this clone, where a user's npm asks a registry.
    await shell(`npm install --silent "$(npm pack --silent '${root}/node_modules/zod')"`, each);
  }
  printed = await shell(use ?? '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  test(`is made and used by the commands of ${page}, and no other stands there`, () => {
    expect(commands).toHaveLength(2);
    expect(pack).toBe('npm run pack');
    expect(use).toContain(`./${basename(tarball)}`);
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

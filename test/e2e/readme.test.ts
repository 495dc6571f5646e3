import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { kubernetesBinaries } from '../servers/kubernetes/programs.ts';
import { startApiServer } from '../servers/kubernetes/api-server.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';
import { Unavailable } from '../servers/unavailable.ts';
import { connected } from './chat-client.ts';
import { freshClone, type Clone } from './clone.ts';
import { blocksOf, ciExamples, titleOf } from './shell-blocks.ts';

/**
 * Run by test/in-cluster/deploying.test.ts, test/apiserver/operator/docs.test.ts and test/e2e/package.test.ts, which have
 * the same check: their commands need a cluster, its API server, or a folder outside the clone.
 */
const elsewhere = [
  'docs/deploying.md',
  'docs/operator.md',
  'docs/package.md',
  'docs/guides/from-compose.md',
  'docs/guides/python.md',
  'docs/guides/your-own-stack.md',
];

/** Every command a document shows, by the document it stands in; test/e2e/verify-ci.test.ts runs those for CI servers. */
const commands = globSync(['*.md', 'docs/*.md', 'docs/guides/*.md'])
  .filter((file) => !elsewhere.includes(file))
  .flatMap((file) => blocksOf(file).map((block) => ({ file, ...block })))
  .filter(({ language }) => language === 'sh')
  .filter(({ file, heading }) => file !== ciExamples.file || heading !== ciExamples.heading);

let clone: Clone;
beforeAll(async () => {
  clone = await freshClone();
});
afterAll(() => clone.remove());

/** How each command is run here; a block that stands in a document but not here fails. */
const runs: Readonly<Record<string, () => Promise<void>>> = {
  'npm ci && npm start': chatsInAFreshClone,
  'npx cdk8s synth\nkubectl apply -f dist/': appliesToAnApiServer,
  'npm ci && npm test': isWhatRunsThis,
  'npx mooring init\nnpx mooring synth\nnpx mooring synth --check\nnpx mooring explain REDIS_PORT':
    beginsWithMooring,
  'npx mooring doctor --local': looksAtThisMachine,
  [[
    'mkdir -p kinds',
    `for file in shop-kind cli operator; do sed "s#'../../#'../#" test/kinds/$file.ts > kinds/$file.ts; done`,
    'npx node kinds/cli.ts init shop.yaml --kind ShopStack',
    'npx node kinds/cli.ts synth -f shop.yaml',
    'npx node kinds/cli.ts verify',
  ].join('\n')]: servesAKindOfYourOwn,
  'npx mooring verify --fix deploy/ | git apply': mendsManifests,
  'npm ci\nnpm run check\nnpm run test:unit': isWhatRunsThis,
};

// The first one to run installs the packages, beside whatever else runs here.
describe('in a fresh clone', { timeout: 400_000 }, () => {
  test('every command of the documents is run by a test', () => {
    const untagged = commands.filter(({ needs }) => needs === undefined).map(({ text }) => text);
    expect([...new Set(untagged)].filter((text) => !(text in runs))).toEqual([]);
  });

  test('`npm ci && npm start` gives a chat that answers, names a busy port’s owner, and ends with Ctrl-C', () =>
    chatsInAFreshClone());

  test('`npx cdk8s synth` and `kubectl apply -f dist/` are accepted by a real API server', async (context) => {
    try {
      await appliesToAnApiServer();
    } catch (error) {
      if (error instanceof Unavailable) return context.skip(error.message);
      throw error;
    }
  });

  test('`npx mooring init`, `synth`, `synth --check` and `explain` work without a network', () =>
    beginsWithMooring());

  test('`npx mooring doctor --local` looks at this machine', () => looksAtThisMachine());

  test('`npx mooring verify --fix deploy/ | git apply` mends the incident', () => mendsManifests());

  test('the command line of docs/own-kind.md begins, renders and verifies a stack of another kind', () =>
    servesAKindOfYourOwn());
});

async function chatsInAFreshClone(): Promise<void> {
  const [port, metrics] = [String(await freePort()), String(await freePort())];
  const env = { HTTP_PORT: port, METRICS_PORT: metrics };
  const first = clone.shell('npm ci && npm start', env);
  onTestFinished(() => first.ctrlC());
  const [, url = ''] = await first.printed(/Chat: +(http:\S+)/);
  expect(url).toBe(`http://${LOOPBACK}:${port}/chat/patient:demo`);
  await first.printed(/kubectl apply -f dist/);
  expect((await fetch(url)).status).toBe(200);

  const chat = await connected(`ws://${LOOPBACK}:${port}/ws/chat/patient%3Ademo/session%3Areadme`);
  chat.say('m1', "My sister's name is Anna.");
  await chat.answer('m1');
  chat.say('m2', "What is my sister's name?");
  expect((await chat.answer('m2')).text).toContain("My sister's name is Anna.");

  const second = clone.shell('npm start', { ...env, DATA_DIR: '.mooring/second' });
  onTestFinished(() => second.ctrlC());
  expect(await second.exited).not.toBe(0);
  expect(second.output()).toMatch(
    new RegExp(`Port \\d+ on \\S+ is taken by node \\(process \\d+.*npm start -- --port`, 's'),
  );

  first.ctrlC();
  await first.exited;
  expect(first.output()).toContain('Shut down');
  expect(first.output()).not.toMatch(/^\s+at .*\.ts:\d+/m);
  await expect(fetch(`http://${LOOPBACK}:${port}/healthz`)).rejects.toThrow();
}

async function appliesToAnApiServer(): Promise<void> {
  const { kubectl } = await kubernetesBinaries();
  const server = await startApiServer();
  onTestFinished(() => server.stop());
  const env = { KUBECONFIG: server.kubeconfigPath, CDK8S_CHECK_UPGRADE: 'false' };
  const shell = clone.shell(
    `test -d node_modules || npm ci; PATH="${dirname(kubectl)}:$PATH"; npx cdk8s synth\nkubectl apply -f dist/`,
    env,
  );
  expect(await shell.exited, shell.output()).toBe(0);
  expect(shell.output()).toContain('deployment.apps/demo-backend created');
  expect(shell.output()).not.toMatch(/warning/i);
}

async function beginsWithMooring(): Promise<void> {
  const shell = clone.shell(
    'test -d node_modules || npm ci; export npm_config_offline=true; test -f build/cli/synth.blob && ' +
      'npx mooring init && npx mooring synth && npx mooring synth --check && npx mooring explain REDIS_PORT',
  );
  expect(await shell.exited, shell.output()).toBe(0);
  for (const said of ['Wrote stack.yaml', 'Stack "demo"', 'is the latest of stack.yaml', 'its RESP port'])
    expect(shell.output()).toContain(said);
}

async function looksAtThisMachine(): Promise<void> {
  const shell = clone.shell('test -d node_modules || npm ci; npx mooring doctor --local', {
    ...{ HTTP_PORT: String(await freePort()), METRICS_PORT: String(await freePort()) },
    EMBEDDED_STORES: 'redis,neo4j,qdrant',
  });
  expect(await shell.exited, shell.output()).toBe(0);
  expect(shell.output()).toContain('nothing is wrong');
}

async function mendsManifests(): Promise<void> {
  // In a folder of its own: the clone has a deploy/ that the other tests need.
  const shell = clone.shell(`set -e; test -d node_modules || npm ci; mkdir -p mended/deploy; cd mended
    cp ../test/proof/broken/01-the-incident.yaml deploy/
    npx mooring verify deploy/ || echo "before: $?"
    npx mooring verify --fix deploy/ | git apply
    npx mooring verify deploy/; echo "after: $?"; cd ..; rm -r mended`);
  expect(await shell.exited, shell.output()).toBe(0);
  expect(shell.output()).toMatch(/PORT_NOT_SERVED[^]*before: 1\n[^]*no findings\.[^]*after: 0\n/);
}

async function servesAKindOfYourOwn(): Promise<void> {
  const [block] = commands.filter(({ file }) => file === 'docs/own-kind.md');
  // What the image of its operator is built by.
  const bundle = 'npx node scripts/build-operator.ts --entry kinds/operator.ts --out build/own-operator';
  const shell = clone.shell(
    `set -e; test -d node_modules || npm ci; ${block?.text ?? 'false'}\n${bundle}; test -s build/own-operator/main.js`,
  );
  expect(await shell.exited, shell.output()).toBe(0);
  for (const said of ['Wrote shop.yaml', 'Stack "shop"', 'objects: no findings.'])
    expect(shell.output()).toContain(said);
}

/** Inside the test run it would run itself; what runs it is checked instead. */
function isWhatRunsThis(): Promise<void> {
  const ci = readFileSync('.ci/run', 'utf8');
  for (const command of ['npm ci', 'npm run check', 'npm test']) expect(ci).toContain(command);
  return Promise.resolve();
}

test('the commands that run this test are those of .ci/run', () => isWhatRunsThis());

const tagged = commands.filter(({ needs }) => needs !== undefined);
if (tagged.length > 0)
  test.for(tagged.map((block) => [`${block.file}, ${titleOf(block)}`, block.needs] as const))(
    '%s',
    ([, needs], context) => context.skip(`tagged needs=${needs}`),
  );

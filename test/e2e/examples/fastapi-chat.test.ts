import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readinessReport } from '../../../model/report.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { startNeo4j } from '../../servers/neo4j/neo4j.ts';
import { orStop } from '../../servers/or-stop.ts';
import { until } from '../../servers/poll.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';
import { startProcess, type RunningProcess } from '../../servers/process.ts';
import { pythonWith } from '../../servers/python.ts';
import { startQdrant } from '../../servers/qdrant/qdrant.ts';
import { startRedis } from '../../servers/redis.ts';
import { copiedExample, shellIn } from '../package-folder.ts';
import { blocksOf } from '../shell-blocks.ts';
import { converse, handshake } from './chat-client.ts';

/** examples/fastapi-chat in a folder outside the clone, on the packed package; its stores are real ones on this machine. */

const source = resolve('examples/fastapi-chat');
const [begin, ...others] = blocksOf(join(source, 'README.md')).filter(
  ({ language, needs }) => language === 'sh' && needs === undefined,
);

const example = forSuite(async () => {
  const copied = await copiedExample('fastapi-chat');
  return orStop(copied.stop, async () => ({
    ...copied,
    said: await shellIn(copied.folder, begin?.text ?? 'false'),
  }));
});

test('is installed, checked, rendered and verified by the commands of its README', () => {
  expect(others).toEqual([]);
  expect(example().said).toContain('app/settings.py is the latest.');
  expect(example().said).toContain('backend   redis      redis 6379   hard');
  expect(example().said).toMatch(/^\d+ objects: no findings\.$/m);
});

test('is defined in less than 120 lines, and its operator is built by three', () => {
  const lines = (file: string): number =>
    readFileSync(join(source, file), 'utf8').trimEnd().split('\n').length;
  expect(lines('mooring.config.ts')).toBeLessThan(120);
  expect(lines('operator.Dockerfile')).toBe(3);
});

test('fails the check of settings.py where the default port of Redis was edited by hand, and names it', async () => {
  const file = join(example().folder, 'app/settings.py');
  const text = readFileSync(file, 'utf8');
  onTestFinished(() => writeFileSync(file, text));
  writeFileSync(file, text.replace(/(REDIS_PORT: .+ = )6379/, '$16380'));
  const said = await shellIn(example().folder, '! npx mooring env python backend --check app/settings.py');
  expect(said).toMatch(/REDIS_PORT, line \d+:\n.+= 6380\n.+= 6379\n/);
});

test('writes the manifests of an operator that serves its kind beside the built-in one', async () => {
  const said = await shellIn(example().folder, 'npx mooring operator manifest --image example.com/own:1');
  expect(said).toContain('name: memorychats.example.com');
  expect(said).toContain('name: chatstacks.mooring.dev');
  expect(said).toContain('image: example.com/own:1');
});

describe('its app', () => {
  const stores = forSuite(async () => {
    const python = await pythonWith({
      ...{ what: 'the app of examples/fastapi-chat', name: 'fastapi-chat', version: '0.165' },
      requirementsFile: join(source, 'requirements.txt'),
    });
    const [redis, neo4j, qdrant] = await Promise.all([
      startRedis({ password: 'a-password' }),
      startNeo4j(),
      startQdrant({ apiKey: 'a-key' }),
    ]);
    const env = {
      ...{ REDIS_HOST: redis.host, REDIS_PORT: String(redis.port), REDIS_PASSWORD: redis.password },
      ...{ NEO4J_HOST: neo4j.host, NEO4J_PORT: String(neo4j.port), NEO4J_PASSWORD: neo4j.password },
      ...{ QDRANT_HOST: qdrant.host, QDRANT_PORT: String(qdrant.port), QDRANT_API_KEY: qdrant.apiKey },
    };
    const stop = async (): Promise<void> => {
      await Promise.all([redis.stop(), neo4j.stop(), qdrant.stop()]);
    };
    return { python, env, qdrant, stop };
  });

  /** Starts the app, which ends with the test. */
  async function start(
    env: Readonly<Record<string, string>>,
    isUp: (answer: Response) => boolean,
  ): Promise<{ readonly app: RunningProcess; readonly ws: string; readonly http: string }> {
    const port = await freePort();
    const http = `http://${LOOPBACK}:${port}`;
    const app = await startProcess({
      ...{ command: stores().python, args: ['-B', '-m', 'app'], cwd: example().folder },
      logFile: join(example().folder, 'app.log'),
      env: { ...stores().env, HTTP_PORT: String(port), ...env },
      readyWhen: { check: async () => isUp(await fetch(`${http}/readyz`)) },
    });
    onTestFinished(() => app.stop());
    return { app, ws: `ws://${LOOPBACK}:${port}`, http };
  }

  const report = async (http: string) => readinessReport.parse(await (await fetch(`${http}/readyz`)).json());

  test('has stored what it acknowledges: a crash loses nothing, and who returns is shown it', async () => {
    const first = await start({}, ({ ok }) => ok);
    const before = await converse(first.ws, 'patient:one', 'session:1');
    expect(before.history).toEqual([]);
    const [ack, answer] = await before.say('m1', 'My cat is called Minka.');
    expect(ack).toMatchObject({ type: 'ack', id: 'm1', offset: 1 });
    expect(answer).toMatchObject({ type: 'answer', id: 'm1', offset: 2 });
    expect(await before.send('{}')).toMatchObject({ type: 'error' });
    process.kill(first.app.pid, 'SIGKILL');
    await first.app.exited;

    const { ws } = await start({}, ({ ok }) => ok);
    const after = await converse(ws, 'patient:one', 'session:1');
    expect(after.history).toEqual(['My cat is called Minka.', expect.any(String)]);
    // Sent again, as by a client that did not see the acknowledgement.
    expect((await after.say('m1', 'My cat is called Minka.'))[0]).toMatchObject({ offset: 1 });
    await until(
      'the message is indexed',
      async () => {
        const elsewhere = await converse(ws, 'patient:one', 'session:2');
        const [, said] = await elsewhere.say(`q${Date.now()}`, 'What is the cat called?');
        await elsewhere.close();
        return said.type === 'answer' && said.text.includes('Minka');
      },
      20_000,
    );
    await after.close();
    const other = await converse(ws, 'patient:two', 'session:1');
    expect(other.history).toEqual([]);
    expect((await other.say('m1', 'What is the cat called?'))[1]).not.toMatchObject({
      text: expect.stringContaining('Minka') as string,
    });
    await other.close();
  });

  test('replays the incident: with the wrong port of Redis it accepts no handshake, and says why', async () => {
    const wrong = String(await freePort());
    const { ws, http } = await start({ REDIS_PORT: wrong }, ({ status }) => status === 503);
    await until(
      'the other gates are open',
      async () => (await report(http)).gates.filter(({ state }) => state === 'open').length === 2,
      20_000,
    );
    const refused = await handshake(ws, 'patient:one', 'session:1');
    expect(refused).toMatchObject({ status: 503, body: { ready: false } });
    const { gates } = await report(http);
    expect(gates.find(({ name }) => name === 'redis')).toMatchObject({
      state: 'closed',
      lastError: expect.stringMatching(
        new RegExp(`^redis at ${LOOPBACK}:${wrong}: .*Connect call failed`),
      ) as string,
    });
    expect(await (await fetch(`${http}/config`)).json()).toMatchObject({
      values: { REDIS_PORT: wrong },
      secretsSet: ['REDIS_PASSWORD', 'NEO4J_PASSWORD', 'QDRANT_API_KEY'],
    });
  });

  test('does not start with a port that is no number, which it names', async () => {
    const script = `REDIS_PORT=6_379 '${stores().python}' -B -m app || echo "It ended with $?."`;
    const said = await shellIn(example().folder, script);
    expect(said).toMatch(/REDIS_PORT\n {2}expected a port number/);
    expect(said).toContain('It ended with 78.');
    expect(said).not.toContain('6_379');
  });

  test('goes on while Qdrant is away, and recalls afterwards what was said meanwhile, also with an empty index', async () => {
    const { ws, http } = await start({}, ({ ok }) => ok);
    const { qdrant } = stores();
    await qdrant.stop();
    await until(
      'the gate is degraded',
      async () =>
        (await report(http)).gates.some(({ name, state }) => name === 'qdrant' && state === 'degraded'),
      20_000,
    );
    const without = await converse(ws, 'patient:three', 'session:1');
    const [ack, answer] = await without.say('m1', 'My dog is called Rollo.');
    expect([ack.type, answer.type]).toEqual(['ack', 'answer']);
    const { port, apiKey } = qdrant;
    const empty = await startQdrant({ port, apiKey });
    onTestFinished(() => empty.stop());
    await until(
      'it is recalled',
      async () => {
        const [, said] = await without.say(`q${Date.now()}`, 'What is the dog called?');
        return said.type === 'answer' && said.text.includes('Rollo');
      },
      20_000,
    );
    await without.close();
  });
});

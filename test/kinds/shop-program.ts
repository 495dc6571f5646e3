import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { connect, createServer } from 'node:net';
import { envDigest, parseEnv, publicValues, secretsSet, type EnvOf } from '../../model/env.ts';
import { reportVersion, type GateReport } from '../../model/report.ts';
import { webVariables } from './shop-kind.ts';

/**
 * What every image of a shop runs in the tests. By its environment it is the queue, which only accepts connections; the
 * web server, which reports as docs/own-kind.md says; or the worker, which does nothing.
 */
type WebEnv = EnvOf<typeof webVariables>;

const dialEveryMs = 500;

// The first process of a container ends only by a handler of its own.
process.once('SIGTERM', () => process.exit());

if (process.env['QUEUE_HOST'] === undefined) createServer((socket) => socket.resume()).listen(5_672);
else if (process.env['SHOP_CURRENCY'] === undefined) setInterval(() => undefined, 60_000);
else {
  const parsed = parseEnv(webVariables, process.env);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  serveShop(parsed.env);
}

function serveShop(env: WebEnv): void {
  let gate: GateReport = {
    ...{ name: 'queue', state: 'closed', attempts: 0 },
    ...{ since: new Date().toISOString(), lastError: null },
  };
  setInterval(() => void dial(env).then((lastError) => (gate = after(gate, lastError))), dialEveryMs);
  createHttpServer((request, response) => {
    const ready = gate.state === 'open';
    if (request.url === '/ready')
      answer(response, ready ? 200 : 503, { version: reportVersion, ready, gates: [gate] });
    else if (request.url === '/environment')
      answer(response, 200, {
        version: reportVersion,
        digest: envDigest(webVariables, env),
        values: publicValues(webVariables, env),
        secretsSet: secretsSet(webVariables, env),
      });
    else answer(response, 404, {});
  }).listen(8_080);
}

/** The gate after a dial; `null` where it succeeded. */
function after({ since, attempts, ...gate }: GateReport, lastError: string | null): GateReport {
  const state = lastError === null ? 'open' : 'closed';
  return {
    ...gate,
    ...{ state, lastError },
    since: state === gate.state ? since : new Date().toISOString(),
    attempts: state === 'open' ? 0 : attempts + 1,
  };
}

function dial({ QUEUE_HOST, QUEUE_PORT }: WebEnv): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: QUEUE_HOST, port: QUEUE_PORT });
    const end = (lastError: string | null): void => {
      socket.destroy();
      resolve(lastError);
    };
    socket.setTimeout(2_000, () => end(`${QUEUE_HOST}:${QUEUE_PORT} does not answer.`));
    socket.on('connect', () => end(null));
    socket.on('error', ({ message }) => end(message));
  });
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

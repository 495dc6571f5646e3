import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Metrics } from '../../../app/observability/metrics.ts';
import { Slots } from '../../../app/slots.ts';
import type { Surroundings } from '../../../app/ws/connection.ts';
import { mostAtOnce } from '../../../app/ws/admissions.ts';
import { Connections } from '../../../app/ws/connections.ts';
import { Follower } from '../../../app/ws/follower.ts';
import { Seats } from '../../../app/ws/seats.ts';
import { Upgrades, type UpgradeRules } from '../../../app/ws/upgrades.ts';
import { until } from '../../servers/poll.ts';
import { LOOPBACK } from '../../servers/ports.ts';

/** A server whose record opens no conversation until `answer` is called, and the patients it was asked for. */
async function startServer(handshakeMs = 60_000) {
  const asked: string[] = [];
  const answered = Promise.withResolvers<undefined>();
  const log = pino({ enabled: false });
  const metrics = new Metrics(() => [], new Slots({ inAll: 1, perKey: 1, waitingPerKey: 1 }));
  const around = {
    sessions: { follow: async () => new Follower(async () => []), unfollow: () => undefined },
    memory: {
      mode: 'extractive',
      open: async ({ patientId }: { readonly patientId: string }) => {
        asked.push(patientId);
        await answered.promise;
        return { position: { epoch: '', offset: 0 }, missed: [], history: [] };
      },
    },
    times: { heartbeatMs: 60_000, idleMs: 60_000 },
    ...{ metrics, log },
  } as unknown as Surroundings;
  const seats = new Seats({ inAll: mostAtOnce + 1, perPatient: 1 });
  const rules = {
    readiness: { refusal: () => undefined },
    authenticate: () => Promise.resolve({}),
    sameSite: { check: () => undefined },
    refusing: () => false,
    handshakeMs,
    seats,
  } as unknown as UpgradeRules;
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  new Upgrades(rules, around, new Connections(log, metrics)).attach(server);
  const { port } = server.address() as { readonly port: number };
  const dial = (patient: string): WebSocket => {
    const socket = new WebSocket(`ws://${LOOPBACK}:${port}/ws/chat/${patient}/session:1`);
    socket.on('error', () => undefined);
    onTestFinished(() => socket.terminate());
    return socket;
  };
  return { asked, seats, dial, answer: () => answered.resolve(undefined) };
}

const isOpen = ({ readyState }: WebSocket): boolean => readyState === WebSocket.OPEN;

test('a client that gives up during its handshake leaves its seat at once, and nothing is read for it', async () => {
  const { asked, seats, dial, answer } = await startServer();
  const patients = Array.from({ length: mostAtOnce }, (_, nth) => `patient:${nth}`);
  const sockets = patients.map(dial);
  await until('as many conversations as are opened at once', async () => asked.length === mostAtOnce, 5_000);
  const impatient = dial('patient:impatient');
  await until('its seat', async () => seats.isFull, 5_000);
  impatient.terminate();
  await until('that it has left it', async () => !seats.isFull, 5_000);
  answer();
  await until('all that stayed', async () => sockets.every(isOpen), 5_000);
  expect(asked.toSorted()).toEqual(patients.toSorted());
});

test('a handshake that is refused because it waited too long leaves its seat at once, and nothing is read for it', async () => {
  const { asked, seats, dial, answer } = await startServer(500);
  const patients = Array.from({ length: mostAtOnce }, (_, nth) => `patient:${nth}`);
  patients.map(dial);
  await until('as many conversations as are opened at once', async () => asked.length === mostAtOnce, 5_000);
  const refused = once(dial('patient:waits'), 'unexpected-response');
  await until('its seat', async () => seats.isFull, 5_000);
  const [, response] = (await refused) as [unknown, IncomingMessage];
  expect(response.statusCode).toBe(503);
  await until('that it has left it', async () => !seats.isFull, 5_000);
  answer();
  dial('patient:later');
  await until('that another is opened', async () => asked.includes('patient:later'), 5_000);
  expect(asked.toSorted()).toEqual([...patients, 'patient:later'].toSorted());
});

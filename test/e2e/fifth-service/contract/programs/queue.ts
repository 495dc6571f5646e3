import { repositoryOf } from '../../../../../model/image-repository.ts';
import type { Process, ProgramFacts } from '../../../../../model/program.ts';
import { queueImage } from '../services/queue.ts';

/** RabbitMQ, configured by a file of `key = value` lines. */
export const queueFacts: ProgramFacts = {
  name: 'rabbitmq',
  product: 'RabbitMQ',
  dial: { amqp: { protocol: 'tcp' } },
  image: repositoryOf(queueImage),
  told: (running) => ({
    amqp: numberOf(running, 'listeners.tcp.default'),
    management: numberOf(running, 'management.tcp.port'),
  }),
  otherPorts: [4369, 15_692, 25_672],
  speaksTls: (running) => valueOf(running, 'listeners.ssl.default') !== undefined,
  alone: (running) => valueOf(running, 'cluster_formation.peer_discovery_backend') === undefined,
  writes: ({ env }) => {
    const path = env['RABBITMQ_MNESIA_BASE'];
    return path ? [{ in: 'RABBITMQ_MNESIA_BASE', path, how: 'kept' }] : [];
  },
  executables: ['rabbitmq-server', 'rabbitmqctl', 'rabbitmq-diagnostics', 'docker-entrypoint.sh'],
};

function valueOf({ files }: Process, key: string): string | undefined {
  const lines = files.flatMap(({ text }) => text.split('\n')).map((line) => line.split('='));
  return lines.findLast(([name]) => name?.trim() === key)?.[1]?.trim();
}

function numberOf(running: Process, key: string): number | undefined {
  const value = valueOf(running, key);
  return value === undefined ? undefined : Number(value);
}

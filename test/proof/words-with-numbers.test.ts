import { describe } from 'vitest';
import { deployment, env, is, judged, silent, store, type Fields } from './small-manifests.ts';

/**
 * `word:number` is an address where the name of its variable, a Service or a port of one says so; else it is a time, an
 * owner, an image with its tag, a ratio, or a key with its value.
 */

const services: Fields[] = [
  ...store('node', 'registry.example.org/node:1', 9200),
  ...store('queue', 'registry.example.org/queue:1', 5672),
];

const told = (name: string, value: string): Fields[] => [
  ...services,
  deployment('worker', { env: env({ [name]: value }) }),
];
const given = (...args: string[]): Fields[] => [...services, deployment('worker', { args })];

describe('a value that is', () => {
  judged([
    ['a time', told('BACKUP_AT', '02:30'), silent],
    ['a time with seconds', told('START', '23:59:59'), silent],
    ['a list of times', told('SLOTS', '08:00,12:30,20:15'), silent],
    ['a user and a group', told('RUN_AS', '1000:1000'), silent],
    ['a user and a group by name', told('FILES_BELONG_TO', 'node:100'), silent],
    ['an image that is called like a Service', told('BASE_IMAGE', 'node:2024'), silent],
    ['an image by no such name', told('BUILD_ON', 'node:20'), silent],
    ['another image', told('RUNTIME', 'python:312'), silent],
    ['a ratio', told('ASPECT', '16:10'), silent],
    ['a size', told('RESOLUTION', '1920:1080'), silent],
    ['keys with values', told('LIMITS', 'small:10,large:200'), silent],
    ['a key that is called like a Service', told('WEIGHTS', 'queue:10 node:90'), silent],
    ['a key that is almost called so', told('DEPTHS', 'queues:1000'), silent],
    ['a port above all', told('CODE', 'queue:99999'), silent],
    ['a time in an argument', given('--at', '02:30', '--quiet', '16:45'), silent],
    ['an image in an argument', given('--from=node:20', 'queue:12'), silent],
  ]);
});

describe('an address', () => {
  judged([
    ['by the name of its variable', told('QUEUE_ADDR', 'queue:5673'), is('error', 'PORT_NOT_SERVED')],
    ['by the plural of one', told('BOOTSTRAP_SERVERS', 'kafka:9092'), is('error', 'HOST_UNKNOWN')],
    ['by a name without a line', told('brokerURL', 'queues:5672'), is('error', 'HOST_UNKNOWN')],
    ['by its scheme', told('FEED', 'http://nodes:9200'), is('error', 'HOST_UNKNOWN')],
    [
      'by the name of a Service in the cluster',
      told('FEED', 'feed.default.svc:80'),
      is('error', 'HOST_UNKNOWN'),
    ],
    ['by another one of its list', told('NODES', 'node:9200,other:9200'), is('error', 'HOST_UNKNOWN')],
    ['by a Service', told('QUEUE', 'queue:5673'), is('warning', 'PORT_NOT_SERVED')],
    [
      'by the port of a Service that is called almost so',
      told('QUEUE', 'queues:5672'),
      is('warning', 'HOST_UNKNOWN'),
    ],
    ['that is right', told('QUEUE', 'queue:5672'), silent],
  ]);
});

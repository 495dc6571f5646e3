import { describe, expect, test } from 'vitest';
import type { InitStep, Job } from '../../model/stack.ts';
import { migrate, refusalOf, seed, stepsStack } from './steps-stack.ts';

const noEnvironment = { variables: {}, edges: [] };
const resources = { requests: { cpu: '10m', memory: '2Gi' }, limits: { memory: '1Gi' } };

test('a stack may have init steps and Jobs with the environment of their service', () => {
  expect(stepsStack({ init: [migrate], jobs: [seed] }).services).toHaveLength(2);
});

describe.each([
  [
    'init step',
    (step: Partial<InitStep>, more: object) => refusalOf({ init: [{ ...migrate, ...step }], ...more }),
  ],
  ['Job', (step: Partial<InitStep>, more: object) => refusalOf({ jobs: [{ ...seed, ...step }], ...more })],
])('a stack is refused for one %s', (what, refused) => {
  test('in the image of its service without a command: it would not end', () => {
    expect(refused({ command: [] }, {})).toMatch(
      new RegExp(`the ${what} "\\w+" has no command: it would run the`),
    );
  });

  test('that asks for the environment of a service that reads no variable', () => {
    expect(refused({}, noEnvironment)).toContain(
      'asks for the environment of "app", which reads no variable.',
    );
  });

  test('that asks for an environment there is none of', () => {
    const environment = 'own' as unknown as 'service';
    expect(refused({ environment }, {})).toContain(
      'asks for the environment "own"; expected "service", or nothing.',
    );
  });

  test('whose image is no image', () => {
    expect(refused({ image: 'a b' }, {})).toContain('"a b" is no image.');
  });

  test('that requests more than its limit', () => {
    expect(refused({ resources }, {})).toContain('it requests 2Gi of memory but may use 1Gi at most');
  });

  test('whose name is none of an object', () => {
    expect(refused({ name: 'Run_It' }, {})).toMatch(/"Run_It" must be lower-case letters/);
  });
});

test('a step in an image of its own needs no command', () => {
  const image = 'example.test/tool:1';
  const init = [{ name: 'tool', image }];
  expect(stepsStack({ init, jobs: [{ name: 'tool', doc: 'a tool', image }] }).services).toHaveLength(2);
});

test('an init step that mounts two volumes at one path is refused', () => {
  const init = [{ ...migrate, mounts: { tmp: '/x', other: '/x' } }];
  const service = { kind: 'scratch', sizeLimit: '1Mi' } as const;
  const volumes = [
    { ...service, name: 'tmp', path: '/tmp' },
    { ...service, name: 'other', path: '/other' },
  ];
  const { container } = stepsStack().services[1] as unknown as { container: object };
  expect(refusalOf({ container: { ...container, volumes, init } as never })).toContain(
    'path /x is taken 2 times',
  );
});

test.each<[Partial<Job>, string]>([
  [{ backoffLimit: -1 }, 'its backoffLimit is -1; expected a whole number from 0.'],
  [{ backoffLimit: 0.5 }, 'its backoffLimit is 0.5; expected a whole number from 0.'],
  [{ activeDeadlineSeconds: 0 }, 'its activeDeadlineSeconds is 0; expected a whole number from 1.'],
])('a Job with %o is refused', (limits, why) => {
  expect(refusalOf({ jobs: [{ ...seed, ...limits }] })).toContain(why);
});

test('two Jobs whose pods would have one label are refused', () => {
  expect(refusalOf({ jobs: [seed, seed] })).toContain('The pod label app-seed is taken 2 times');
});

test('a Job with a name that leaves no room for the digits of its content is refused', () => {
  expect(refusalOf({ jobs: [{ ...seed, name: 'x'.repeat(49) }] })).toMatch(
    /The Job name "s-app-x+" is 55 characters long; at most 54 fit/,
  );
});

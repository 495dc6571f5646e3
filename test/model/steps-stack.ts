import { defineStack, StackError } from '../../model/define-stack.ts';
import type { Container, InitStep, Job, Patch, Sidecar, Stack, StatelessService } from '../../model/stack.ts';
import { host, port, text } from '../../model/variable.ts';

const container: Container = {
  image: 'example.test/app:1',
  workingDir: '/app',
  user: { uid: 1000, gid: 1000 },
  resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '64Mi' } },
};
const edge = { to: 'store', port: 'main', gate: 'hard' } as const;

export const migrate: InitStep = { name: 'migrate', command: ['app', 'migrate'], environment: 'service' };
export const seed: Job = {
  name: 'seed',
  doc: 'first rows',
  command: ['app', 'seed'],
  environment: 'service',
};

export const proxy: Sidecar = {
  ...{ name: 'proxy', doc: 'a proxy to the store', image: 'example.test/proxy:1' },
  resources: { requests: { cpu: '5m', memory: '16Mi' }, limits: { memory: '16Mi' } },
  ports: { health: 9090 },
  probes: { startup: { http: { port: 'health', path: '/up' }, periodSeconds: 1, failureThreshold: 30 } },
};

/** A stack of an app that keeps its rows in a store, with the app's steps. */
export const stepsStack = ({
  init = [],
  sidecars = [],
  patches = [],
  jobs = [],
  ...app
}: Partial<StatelessService> & {
  readonly patches?: readonly Patch[];
  readonly init?: readonly InitStep[];
  readonly sidecars?: readonly Sidecar[];
} = {}): Stack =>
  defineStack({
    name: 's',
    namespace: 'n',
    patches,
    services: [
      {
        ...{ name: 'store', doc: 'rows', kind: 'stateful', terminationGraceSeconds: 30 },
        ports: { main: { containerPort: 5432, doc: 'SQL' } },
        secrets: { password: { doc: 'its password' } },
        container: {
          ...container,
          volumes: [{ kind: 'persistent', name: 'rows', path: '/rows', size: '1Gi' }],
        },
      },
      {
        ...{ name: 'app', doc: 'an app', kind: 'stateless', replicas: 1, terminationGraceSeconds: 10 },
        variables: {
          STORE_HOST: host({ doc: 'where the store is' }),
          STORE_PORT: port({ doc: 'its port' }),
          STORE_PASSWORD: text({ secret: true, doc: 'its password' }),
        },
        edges: [
          {
            ...edge,
            binds: { host: 'STORE_HOST', port: 'STORE_PORT', secrets: { password: 'STORE_PASSWORD' } },
          },
        ],
        container: {
          ...container,
          volumes: [{ kind: 'scratch', name: 'tmp', path: '/tmp', sizeLimit: '16Mi' }],
          init,
          sidecars,
        },
        jobs,
        ...app,
      },
    ],
  });

/** Why a stack of these steps is refused. */
export function refusalOf(steps: Parameters<typeof stepsStack>[0]): string {
  try {
    stepsStack(steps);
  } catch (error) {
    if (error instanceof StackError) return error.message;
    throw error;
  }
  throw new Error('the stack was accepted');
}

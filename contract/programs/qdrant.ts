import { qdrantImage, qdrantSnapshots } from '../services/qdrant.ts';
import { portIn, type Process, type ProgramFacts, type Write } from '../../model/program.ts';
import { repositoryOf } from '../../model/image-repository.ts';

const paths: Readonly<Record<string, Write['how']>> = {
  QDRANT__STORAGE__STORAGE_PATH: 'kept',
  QDRANT__STORAGE__SNAPSHOTS_PATH: 'scratch',
  QDRANT_INIT_FILE_PATH: 'file',
};
const clustered = 'QDRANT__CLUSTER__ENABLED';

/** A setting of a mounted file, such as `/qdrant/config/production.yaml`. */
function portInFiles({ files }: Process, setting: string): number | undefined {
  const pattern = new RegExp(`^\\s*${setting}:\\s*(\\d+)\\s*(?:#.*)?$`, 'm');
  const [port] = files.flatMap(({ path, text }) => (/\.ya?ml$/.test(path) && pattern.exec(text)?.[1]) || []);
  return port === undefined ? undefined : Number(port);
}

/** Qdrant, configured by `QDRANT__` variables over its files. */
export const qdrantFacts: ProgramFacts = {
  name: 'qdrant',
  product: 'Qdrant',
  dial: { http: { protocol: 'http', path: '/collections', secretHeader: 'api-key' } },
  recognised: [
    { protocol: 'http', product: 'Qdrant', answer: /"title"\s*:\s*"qdrant/i },
    // With a key set, it answers requests without it only with what is missing.
    { protocol: 'http', product: 'Qdrant', answer: /^HTTP\/1\.[01] 40[13] [\s\S]*api[- ]key/i },
    { protocol: 'http2', product: "Qdrant's gRPC" },
  ],
  image: repositoryOf(qdrantImage),
  told: (running) => ({
    http: portIn(running, 'QDRANT__SERVICE__HTTP_PORT') ?? portInFiles(running, 'http_port'),
    grpc: portIn(running, 'QDRANT__SERVICE__GRPC_PORT') ?? portInFiles(running, 'grpc_port'),
  }),
  otherPorts: [6335],
  writes: ({ env }) =>
    Object.entries(paths).flatMap(([name, how]) => (env[name] ? [{ in: name, path: env[name], how }] : [])),
  ownFolders: ({ env }, image) =>
    image.includes('unprivileged') ? [env['QDRANT__STORAGE__SNAPSHOTS_PATH'] || qdrantSnapshots] : [],
  answers: { http: { alive: ['/livez', '/healthz', '/'], ready: ['/readyz'] } },
  speaksTls: ({ env, files }) =>
    env['QDRANT__SERVICE__ENABLE_TLS'] === 'true' ||
    files.some(({ text }) => /^\s*enable_tls:\s*true/m.test(text)),
  alone: ({ env, names, files, command }) =>
    env[clustered] !== 'true' &&
    !command.some((word) => /--(uri|bootstrap)\b/.test(word)) &&
    !names.has('QDRANT__CLUSTER__P2P__PORT') &&
    !files.some(({ text }) => /cluster:[\s\S]*?\n\s+enabled:\s*true|--uri/.test(text)),
  problems: ({ env }) =>
    Object.keys(paths)
      .filter((name) => env[name] === '')
      .map((name) => ({
        in: name,
        message: `${name} is empty: Qdrant takes that for a path.`,
        fix: `Write a path, or leave ${name} away.`,
      })),
  executables: ['qdrant', 'entrypoint.sh'],
};

import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { capture } from '../../servers/command.ts';
import { orStop } from '../../servers/or-stop.ts';
import { startControllers } from '../../servers/kubernetes/controllers.ts';
import { kubernetesBinaries } from '../../servers/kubernetes/programs.ts';
import { startLab, type Ended, type Lab } from '../cli/mooring.ts';
import { chatStackIn, startOperator, until, userOf, type RunningOperator, type User } from './lab.ts';

const program = fileURLToPath(new URL('../../../cli/main.mjs', import.meta.url));

/** An API server with the cluster's own garbage collector and an installed operator, and a user's shell. */
export interface OwnedLab extends Lab {
  /** Runs a command line in a shell, in the lab's folder, with kubectl and mooring on the PATH. */
  readonly shell: (line: string) => Promise<Ended>;
  /** Writes the status of every pod of a namespace, as its kubelet would. */
  readonly setPods: (namespace: string, status: object) => Promise<void>;
  /** Applies a document by kubectl, and waits until an operator in this process has applied its objects. */
  readonly operated: (name: string, spec?: object) => Promise<Operated>;
}

export interface Operated {
  readonly namespace: string;
  /** The path of its document. */
  readonly file: string;
  readonly user: User;
  readonly operator: RunningOperator;
}

/** A stack alone in a namespace, both of one name, so that a document without a namespace would be found out. */
export async function startOwnedLab(controllerNames: readonly string[] = []): Promise<OwnedLab> {
  const lab = await startLab();
  const controllers = await orStop(
    () => lab.stop(),
    () => startControllers(lab.server, ['garbage-collector-controller', ...controllerNames]),
  );
  const stop = async (): Promise<void> => {
    await controllers.stop();
    await lab.stop();
  };
  return orStop(stop, async () => {
    const path = await programsIn(lab.folder);
    await lab.mooring(['operator', 'install', '--yes']);
    // Its storage is made anew once it is established.
    await until(
      'ChatStacks to be listed',
      async () => (await lab.server.kubectl(['get', 'chatstacks'])).code === 0,
    );
    return {
      ...lab,
      stop,
      shell: (line) =>
        capture('/bin/sh', ['-c', line], {
          cwd: lab.folder,
          env: {
            PATH: path,
            KUBECONFIG: lab.server.kubeconfigPath,
            MOORING_STACK: '',
            NO_COLOR: '1',
            KUBERC: 'off',
          },
        }),
      setPods: (namespace, status) => setPods(lab, namespace, status),
      operated: async (name, spec = {}) => {
        await lab.server.createNamespace(name);
        const operator = await startOperator(lab.server, { namespace: name });
        const user = userOf(lab.server);
        const file = join(lab.folder, `${name}.yaml`);
        await writeFile(file, stringify(chatStackIn(name, spec, name)));
        await lab.kubectl(['apply', '-f', file]);
        await until('the stack to be applied', async () => {
          const { metadata, status } = (await user.resource(name, name)) ?? {};
          return metadata !== undefined && status?.observedGeneration === metadata.generation;
        });
        return { namespace: name, file, user, operator };
      },
    };
  });
}

async function setPods({ kubectl }: Lab, namespace: string, status: object): Promise<void> {
  const names = await kubectl(['-n', namespace, 'get', 'pods', '-o', 'name']);
  for (const name of names.split('\n').filter(Boolean)) {
    const patch = JSON.stringify({ status });
    await kubectl([...['-n', namespace, 'patch', name, '--subresource=status', '--type=merge', '-p', patch]]);
  }
}

/** The status of a pod that has long been ready. No container is said to run: nothing can be asked in it. */
export const longReady = (...types: string[]): object => ({
  phase: 'Running',
  conditions: types.map((type) => ({
    ...{ type, status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
  })),
  containerStatuses: [],
});

/** A PATH with kubectl, and a `mooring` that neither asks nor waits: no pod ever runs here. */
async function programsIn(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink((await kubernetesBinaries()).kubectl, join(bin, 'kubectl'));
  const script = `#!/bin/sh\ncase "$1" in apply) set -- "$@" --yes --no-wait;; esac\nexec ${process.execPath} ${program} "$@"\n`;
  await writeFile(join(bin, 'mooring'), script);
  await chmod(join(bin, 'mooring'), 0o755);
  return `${bin}:/usr/bin:/bin`;
}

/** The command lines under a line of a message. */
export function commandsUnder(message: string, heading: RegExp): string[] {
  const lines = message.split('\n');
  const from = lines.findIndex((line) => heading.test(line)) + 1;
  const rest = from === 0 ? [] : lines.slice(from);
  const end = rest.findIndex((line) => !/^ +(kubectl|mooring) /.test(line));
  return (end === -1 ? rest : rest.slice(0, end)).map((line) => line.trim());
}

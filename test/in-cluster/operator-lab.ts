import { stringifyManifests } from '../../charts-ts/yaml.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { operatorName } from '../../operator/manifests/names.ts';
import { operatorManifests } from '../../operator/manifests/operator-manifests.ts';
import { chosen } from '../../operator/manifests/options.ts';
import { operatorImage } from '../images/app-image.ts';
import { debianImage, nodeImage } from '../images/base-images.ts';
import type { Cluster } from '../lab/cluster.ts';
import { orStop } from '../servers/or-stop.ts';
import { startChatCluster } from './stack/chat-cluster.ts';
import { deployStack, type DeployedStack } from './stack/stack.ts';
import { until } from './stack/until.ts';
import { requireOwn } from './target/borrowed.ts';

export interface OperatorLab {
  readonly cluster: Cluster;
  /** A stack that `kubectl apply -f stack.yaml` brought up. */
  readonly stack: DeployedStack;
  /** How many pods the operator has; resolves when it has them, each ready. */
  readonly scaleOperator: (replicas: number) => Promise<void>;
  /** The lines of its log that say that something failed. */
  readonly operatorErrors: () => Promise<string[]>;
  readonly stop: () => Promise<void>;
}

const { namespace: system } = chosen({});
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** A cluster with an operator that was installed by its manifests, and a stack of a document that is only applied. */
export async function startOperatorLab(namespace: string): Promise<OperatorLab> {
  const image = await operatorImage(await nodeImage(await debianImage(say), say), say);
  const chat = await startChatCluster();
  const { cluster } = chat;
  const scaleOperator = async (replicas: number) => {
    const name = `deployment/${operatorName}`;
    await kubectl(cluster, ['-n', system, 'scale', name, `--replicas=${replicas}`]);
    await kubectl(cluster, ['-n', system, 'rollout', 'status', name, '--timeout=120s']);
    await until(`${replicas} pods of the operator`, async () => {
      const args = [
        '-n',
        system,
        'get',
        'pods',
        '-l',
        `app.kubernetes.io/name=${operatorName}`,
        '-o',
        'name',
      ];
      return (await kubectl(cluster, args)).split('\n').filter(Boolean).length === replicas;
    });
  };
  const operatorErrors = async () => {
    const log = await kubectl(cluster, [
      '-n',
      system,
      'logs',
      '-l',
      `app.kubernetes.io/name=${operatorName}`,
      '--tail=-1',
    ]);
    return log.split('\n').filter((line) => line.includes('"level":50'));
  };
  return orStop(chat.stop, async () => {
    requireOwn(cluster, 'an operator');
    await cluster.importImage(image.tarPath);
    const manifests = stringifyManifests(operatorManifests([chatKind], { image: image.ref }));
    await kubectl(cluster, ['apply', '--server-side', '-f', '-'], manifests);
    await kubectl(cluster, ['create', 'namespace', namespace]);
    await scaleOperator(2);
    const stack = await deployStack(chat, { name: 'demo', namespace }, async (_, { document }) => {
      await kubectl(cluster, ['apply', '-f', document]);
    });
    return { cluster, stack, scaleOperator, operatorErrors, stop: chat.stop };
  });
}

/** A new CRD is served a moment after it is there, so what is refused is tried again. */
async function kubectl(cluster: Cluster, args: readonly string[], input?: string): Promise<string> {
  let printed = '';
  await until(`kubectl ${args.join(' ')}`, async () => {
    const { code, stdout, stderr } = await cluster.kubectl(args, input === undefined ? {} : { input });
    if (code !== 0) throw new Error(stderr);
    printed = stdout.trim();
    return true;
  });
  return printed;
}

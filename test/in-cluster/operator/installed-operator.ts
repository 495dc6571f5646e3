import { z } from 'zod';
import { stringifyManifests } from '../../../charts-ts/yaml.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import { operatorName } from '../../../operator/manifests/names.ts';
import { operatorManifests } from '../../../operator/manifests/operator-manifests.ts';
import { chosen } from '../../../operator/manifests/options.ts';
import type { Cluster } from '../../lab/cluster.ts';
import { until } from '../stack/until.ts';

const { namespace } = chosen({});
const deployment = `deployment/${operatorName}`;
const ofItsPods = ['-l', `app.kubernetes.io/name=${operatorName}`];
const logLine = z.looseObject({ level: z.int() });
const error = 50;

/** The operator as its own manifests install it, in the namespace they name. */
export class InstalledOperator {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Applies the manifests for some kinds, and waits until every pod of the Deployment is of this image and ready. */
  async install(kinds: readonly StackKind[], image: string): Promise<void> {
    await this.apply(stringifyManifests(operatorManifests(kinds, { image })));
  }

  /** The same of manifests that are there already, such as those of an earlier release. */
  async apply(manifests: string): Promise<void> {
    await this.#run(['apply', '--server-side', '--force-conflicts', '-f', '-'], manifests);
    await this.#isRolledOut(2);
  }

  /** How many pods it has; resolves when it has them, each ready. */
  async scale(replicas: number): Promise<void> {
    await this.#run(['-n', namespace, 'scale', deployment, `--replicas=${replicas}`]);
    await this.#isRolledOut(replicas);
  }

  /** Deletes its namespace, and with it all of it but its rights and the definitions of its kinds. */
  async remove(): Promise<void> {
    await this.#run(['delete', 'namespace', namespace]);
  }

  /** The addresses of its pods. */
  async addresses(): Promise<string[]> {
    const printed = await this.#run([
      ...['-n', namespace, 'get', 'pods', ...ofItsPods],
      ...['-o', 'jsonpath={.items[*].status.podIP}'],
    ]);
    return printed.split(' ').filter(Boolean);
  }

  /** The lines of the logs of its present pods that say that something failed. */
  async errors(): Promise<string[]> {
    const log = await this.#run(['-n', namespace, 'logs', ...ofItsPods, '--tail=-1', '--prefix=false']);
    const lines = log.split('\n').filter((line) => line.startsWith('{'));
    return lines.filter((line) => logLine.parse(JSON.parse(line)).level >= error);
  }

  /** How often a container of its present pods was restarted. */
  async restarts(): Promise<number> {
    const counts = await this.#run([
      ...['-n', namespace, 'get', 'pods', ...ofItsPods],
      ...['-o', 'jsonpath={.items[*].status.containerStatuses[*].restartCount}'],
    ]);
    return counts.split(' ').reduce((sum, count) => sum + Number(count), 0);
  }

  async #isRolledOut(replicas: number): Promise<void> {
    await this.#run(['-n', namespace, 'rollout', 'status', deployment, '--timeout=120s']);
    await until(`${replicas} pods of the operator`, async () => {
      const names = await this.#run(['-n', namespace, 'get', 'pods', ...ofItsPods, '-o', 'name']);
      return names.split('\n').filter(Boolean).length === replicas;
    });
  }

  /** A new CRD is served a moment after it is there, so what is refused is tried again. */
  async #run(args: readonly string[], input?: string): Promise<string> {
    let printed = '';
    await until(`kubectl ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await this.#cluster.kubectl(
        args,
        input === undefined ? {} : { input },
      );
      if (code !== 0) throw new Error(stderr);
      printed = stdout.trim();
      return true;
    });
    return printed;
  }
}

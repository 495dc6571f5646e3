import { jobsOf } from '../../model/jobs.ts';
import type { Kinds } from '../../model/kinds.ts';
import { createInterface } from 'node:readline';
import { selectorOf } from '../../model/labels.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import type { Api } from '../../kube/api.ts';
import { ApiError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listObjects } from '../../deploy/stack-objects.ts';
import { findTarget } from '../target.ts';
import { CommandError } from '../errors.ts';
import { untilInterrupted } from '../interrupt.ts';
import { note } from '../output.ts';
import { documentOf } from '../source.ts';
import { serviceNamed } from '../subject.ts';
import type { ClusterOptions } from '../options.ts';

export interface LogsOptions extends ClusterOptions {
  readonly follow?: true;
  readonly previous?: true;
  readonly since?: string;
  readonly tail: string;
}

/** Seconds of each unit of `--since`. */
const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** What `mooring logs` does. @throws CommandError USAGE, NO_SUCH_NAME, NOT_FOUND_IN_CLUSTER; ClusterError. */
export async function logsCommand(
  kinds: Kinds,
  services: readonly string[],
  options: LogsOptions,
): Promise<void> {
  const stack = documentOf(kinds, options.file).stack();
  const asked = servicesOf(stack, services);
  const query = queryOf(options);
  const { cluster, context } = await findTarget(options);
  try {
    const pods = (await Promise.all(asked.map((name) => podNames(cluster, stack, name)))).flat();
    if (pods.length === 0)
      throw new CommandError(
        'NOT_FOUND_IN_CLUSTER',
        `There is no pod of ${asked.join(', ')} in namespace ${stack.namespace} of context ${context}.`,
      );
    const longest = Math.max(...pods.map((pod) => pod.length));
    const show = (pod: string, line: string): void =>
      shown(pod, line, { options, longest, single: pods.length === 1 });
    await untilInterrupted((signal) =>
      Promise.all(
        pods.map((pod) => follow(cluster.api, { namespace: stack.namespace, pod, query, signal }, show)),
      ),
    );
  } finally {
    cluster.api.close();
  }
}

function servicesOf(stack: Stack, asked: readonly string[]): readonly string[] {
  const known = [...stack.services.filter(isWorkload), ...jobsOf(stack)];
  const meant = asked.length > 0 ? asked.map((name) => serviceNamed(stack, known, name)) : known;
  return meant.map(({ name }) => name);
}

function queryOf({ follow: on, previous, since, tail }: LogsOptions): Record<string, string> {
  if (!/^\d+$/.test(tail))
    throw new CommandError('USAGE', `--tail is "${tail}"; expected a number of lines.`);
  return {
    tailLines: tail,
    ...(on ? { follow: 'true' } : {}),
    ...(previous ? { previous: 'true' } : {}),
    ...(since === undefined ? {} : { sinceSeconds: String(secondsOf(since)) }),
  };
}

function secondsOf(duration: string): number {
  const [, number, unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  if (number === undefined)
    throw new CommandError(
      'USAGE',
      `--since is "${duration}"; expected a number and s, m, h or d, such as 10m.`,
    );
  return Number(number) * (units[unit] ?? 1);
}

async function podNames(cluster: Cluster, stack: Stack, name: string): Promise<string[]> {
  const labels = selectorOf(stack, { name });
  const pods = await listObjects(cluster, ['v1', 'Pod'], { namespace: stack.namespace, labels });
  return pods.map(({ metadata }) => metadata.name);
}

interface Following {
  readonly namespace: string;
  readonly pod: string;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function follow(
  api: Api,
  { namespace, pod, query, signal }: Following,
  show: (pod: string, line: string) => void,
): Promise<void> {
  try {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
    const stream = await api.stream(path, { query, signal });
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) show(pod, line);
  } catch (error) {
    // A container that has not started, or has no previous run: the other pods still have logs.
    if (!(error instanceof ApiError && error.status === 400)) throw error;
    note(`Pod ${pod}: ${error.said}`);
  }
}

interface Shown {
  readonly options: LogsOptions;
  readonly longest: number;
  readonly single: boolean;
}

/** With `-o json` each line is one object, so that a stream can be parsed line by line. */
function shown(pod: string, line: string, { options, longest, single }: Shown): void {
  if (options.output === 'json') process.stdout.write(`${JSON.stringify({ pod, line })}\n`);
  else if (options.output === 'yaml') process.stdout.write(`- ${JSON.stringify({ pod, line })}\n`);
  else process.stdout.write(single ? `${line}\n` : `${pod.padEnd(longest)}  ${line}\n`);
}

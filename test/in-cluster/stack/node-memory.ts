import { z } from 'zod';
import { isWorkload, type Stack } from '../../../model/stack.ts';
import { mebibytes } from '../../../model/quantity.ts';
import { NODE_NAME } from '../../lab/addresses.ts';
import type { Cluster } from '../../lab/cluster.ts';
import { until } from './until.ts';

const node = z.object({
  status: z.object({ allocatable: z.object({ cpu: z.coerce.number(), memory: z.string() }) }),
});
const summary = z.object({
  pods: z.array(
    z.object({
      podRef: z.object({ namespace: z.string() }),
      memory: z.object({ workingSetBytes: z.number() }).optional(),
    }),
  ),
});

/** What a node gives to pods, and what those of a stack use of its memory, as its kubelet counts it. */
export async function memoryOf(
  { request }: Cluster,
  stack: Stack,
): Promise<{ cpus: number; allocatableMiB: number; podsMiB: number }> {
  const path = `/api/v1/nodes/${NODE_NAME}`;
  const { allocatable } = node.parse((await request('GET', path)).json).status;
  let used: number[] = [];
  // It counts every ten seconds or so, so a pod that has just come is not counted yet.
  await until('the kubelet to have counted every pod', async () => {
    const { pods } = summary.parse((await request('GET', `${path}/proxy/stats/summary`)).json);
    used = pods
      .filter(({ podRef }) => podRef.namespace === stack.namespace)
      .map(({ memory }) => memory?.workingSetBytes ?? 0);
    return used.length === stack.services.filter(isWorkload).length && used.every((bytes) => bytes > 0);
  });
  return {
    cpus: allocatable.cpu,
    allocatableMiB: Math.round(mebibytes(allocatable.memory)),
    podsMiB: Math.round(used.reduce((sum, bytes) => sum + bytes, 0) / 1_048_576),
  };
}

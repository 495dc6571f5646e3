import { z } from 'zod';
import { mebibytes } from '../../../contract/quantity.ts';
import { NODE_NAME } from '../lab/addresses.ts';
import type { Cluster } from '../lab/cluster.ts';

const node = z.object({
  status: z.object({ allocatable: z.object({ cpu: z.coerce.number(), memory: z.string() }) }),
});
const summary = z.object({
  pods: z.array(z.object({ memory: z.object({ workingSetBytes: z.number() }).optional() })),
});

/** What a node gives to pods, and what they use of its memory, as its kubelet counts it. */
export async function memoryOf({
  request,
}: Cluster): Promise<{ cpus: number; allocatableMiB: number; podsMiB: number }> {
  const path = `/api/v1/nodes/${NODE_NAME}`;
  const { allocatable } = node.parse((await request('GET', path)).json).status;
  const { pods } = summary.parse((await request('GET', `${path}/proxy/stats/summary`)).json);
  const bytes = pods.reduce((sum, { memory }) => sum + (memory?.workingSetBytes ?? 0), 0);
  return {
    cpus: allocatable.cpu,
    allocatableMiB: Math.round(mebibytes(allocatable.memory)),
    podsMiB: Math.round(bytes / 1_048_576),
  };
}

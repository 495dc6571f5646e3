import type { StackStatus } from '../../../operator/reconcile/resource.ts';
import { asSelector, selectorOf } from '../../../model/labels.ts';
import { readinessGatesOf, readyCondition } from '../../../model/gates.ts';
import { reportingServices, type Service } from '../../../model/stack.ts';
import type { Access } from '../stack/stack.ts';
import { until } from '../stack/until.ts';

interface Conditioned {
  readonly metadata?: { readonly deletionTimestamp?: string };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** A stack of any kind that an operator keeps; one service of it reports. */
export interface Kept extends Pick<Access, 'stack' | 'kubectl'> {
  /** What kubectl calls its document. Default: `chatstack`. */
  readonly resource?: string;
}

/** The status of a stack's document; `{}` before the operator wrote one. */
export async function statusOf({ stack, kubectl, resource = 'chatstack' }: Kept): Promise<StackStatus> {
  const { status } = JSON.parse(await kubectl(['get', resource, stack.name, '-o', 'json'])) as {
    status?: StackStatus;
  };
  return status ?? {};
}

/** A condition of a stack, as `True Available`. */
export const stackCondition = async (stack: Kept, type: string): Promise<string | undefined> =>
  wordsOf({ status: await statusOf(stack) }, type);

/** A condition of the only pod that reports and is not ending, as `True Open`. */
export const podCondition = async (stack: Kept, type: string): Promise<string | undefined> =>
  wordsOf(await reportingPod(stack), type);

/** Every readiness gate of that pod, as `mooring.dev/redis-ready True Open`. */
export async function gatesOf(stack: Kept): Promise<string[]> {
  const pod = await reportingPod(stack);
  return gateTypes(stack).map((type) => `${type} ${wordsOf(pod, type)}`);
}

const reporting = ({ stack }: Kept): Service => {
  const [first] = reportingServices(stack);
  if (first) return first;
  throw new Error(`No service of the stack "${stack.name}" reports.`);
};

const gateTypes = (stack: Kept): string[] => readinessGatesOf(reporting(stack));

/** What is to be seen of a stack to which nothing happens: every gate open, and the document Ready. */
export async function isWell(stack: Kept): Promise<void> {
  const well = gateTypes(stack).map(
    (type) => `${type} True ${isDependency(stack, type) ? 'Open' : 'DigestEqual'}`,
  );
  await until('every gate to be open', async () => sameList(await gatesOf(stack), well));
  await until(
    'the stack to be Ready',
    async () => (await stackCondition(stack, 'Ready')) === 'True Available',
  );
}

const isDependency = ({ stack }: Kept, type: string): boolean =>
  stack.services.some(({ name }) => readyCondition(name) === type);

const sameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((each, index) => each === other[index]);

async function reportingPod(kept: Kept): Promise<Conditioned> {
  const labels = asSelector(selectorOf(kept.stack, reporting(kept)));
  const { items } = JSON.parse(await kept.kubectl(['get', 'pods', '-l', labels, '-o', 'json'])) as {
    items: Conditioned[];
  };
  return items.find(({ metadata }) => metadata?.deletionTimestamp === undefined) ?? {};
}

function wordsOf({ status }: Conditioned, type: string): string | undefined {
  const found = status?.conditions?.find((each) => each.type === type);
  return found && `${found.status} ${found.reason ?? ''}`;
}

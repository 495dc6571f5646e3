import { expect, test } from 'vitest';
import { chatKind } from '../../../contract/chat-kind.ts';
import { listObjects } from '../../../deploy/stack-objects.ts';
import type { Job, Pod } from '../../../kube/kinds.ts';
import { defineStack } from '../../../model/define-stack.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { startControllerManager } from './controller-manager.ts';
import { chatStackIn, newNamespace, startOperator, startWithChatStacks, until, userOf } from './lab.ts';

const lab = forSuite(startWithChatStacks);

const seed = {
  name: 'seed',
  doc: 'first rows',
  command: ['seed'],
  environment: 'service',
  backoffLimit: 0,
} as const;

/** The built-in kind, with a Job of its backend. */
const kind: StackKind = {
  ...(chatKind as unknown as StackKind),
  stack: (document) => {
    const stack = (chatKind as unknown as StackKind).stack(document);
    const services = stack.services.map((service) =>
      service.kind === 'stateless' ? { ...service, jobs: [seed] } : service,
    );
    return defineStack({ ...stack, services });
  },
};

/** An operator of a stack with a Job, Kubernetes' own controllers, and a stand-in for kubelet. */
async function started() {
  const namespace = await newNamespace(lab(), 'jobs');
  await startControllerManager(lab(), { more: ',job,garbagecollector' });
  const user = userOf(lab());
  const operator = await startOperator(lab(), { namespace, kinds: [kind] });
  const jobs = async () => (await listObjects(operator.cluster, ['batch/v1', 'Job'], { namespace })) as Job[];
  const oneJob = async (without = ''): Promise<Job> => {
    let found: Job | undefined;
    await until('one Job', async () => {
      const all = await jobs();
      found = all.find(({ metadata }) => metadata.uid !== without);
      return all.length === 1 && found !== undefined;
    });
    return found as Job;
  };
  /** The pod of a Job ends. */
  const end = async (job: Job, phase: 'Succeeded' | 'Failed') => {
    const ofJob = { 'batch.kubernetes.io/job-name': job.metadata.name };
    let pod: Pod | undefined;
    await until('its pod', async () => {
      [pod] = (await listObjects(operator.cluster, ['v1', 'Pod'], { namespace, labels: ofJob })) as Pod[];
      return pod !== undefined;
    });
    await user.cluster.api.request(
      'PATCH',
      `/api/v1/namespaces/${namespace}/pods/${pod?.metadata.name ?? ''}/status`,
      { contentType: 'application/merge-patch+json', body: { status: { phase } } },
    );
  };
  const says = (type: string, words: string) =>
    until(`${type} to say ${words}`, async () => {
      const { status } = (await user.resource(namespace)) ?? {};
      return (status?.conditions?.find((one) => one.type === type)?.message ?? '').includes(words);
    });
  const saysNothingOf = (type: string, words: string) =>
    until(`${type} not to say ${words}`, async () => {
      const { status } = (await user.resource(namespace)) ?? {};
      const condition = status?.conditions?.find((one) => one.type === type);
      return condition !== undefined && !condition.message.includes(words);
    });
  const apply = (spec: object) => user.apply(chatStackIn(namespace, spec));
  return { namespace, user, operator, jobs, oneJob, end, says, saysNothingOf, apply };
}

test('a Job is run once; the status waits for it, and another content is another Job in its place', async () => {
  const stack = await started();
  await stack.apply({ backend: { image: 'example.test/backend:1' } });
  const first = await stack.oneJob();
  await stack.says('Ready', `Job ${first.metadata.name} has not completed yet.`);
  await stack.end(first, 'Succeeded');
  await stack.saysNothingOf('Ready', first.metadata.name);
  await stack.apply({ backend: { image: 'example.test/backend:2' } });
  const second = await stack.oneJob(first.metadata.uid);
  expect(second.metadata.name).not.toBe(first.metadata.name);
  expect(second.spec.template.spec?.containers[0]?.image).toBe('example.test/backend:2');
  expect(stack.operator.errors).toEqual([]);
});

test('a Job that failed is told with its reason and left, until somebody deletes it', async () => {
  const stack = await started();
  await stack.apply({});
  const first = await stack.oneJob();
  await stack.end(first, 'Failed');
  await stack.says('Degraded', `Job ${first.metadata.name}: BackoffLimitExceeded`);
  expect((await stack.oneJob()).metadata.uid).toBe(first.metadata.uid);
  await stack.user.remove({ apiVersion: 'batch/v1', kind: 'Job', metadata: first.metadata });
  const again = await stack.oneJob(first.metadata.uid);
  expect(again.metadata.name).toBe(first.metadata.name);
  await stack.saysNothingOf('Degraded', 'BackoffLimitExceeded');
});

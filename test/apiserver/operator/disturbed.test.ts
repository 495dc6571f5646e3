import { expect, test } from 'vitest';
import type { KubeObject } from '../../../kube/objects.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { differences } from './differences.ts';
import { disturbance } from './disturbed.ts';
import {
  chatStackIn,
  conditionOf,
  eventsIn,
  newNamespace,
  settled,
  startOperator,
  startWithChatStacks,
  until,
  userOf,
} from './lab.ts';
import { edits } from './schedule.ts';

const lab = forSuite(startWithChatStacks);

test.each([1, 2, 3])(
  'with events doubled, out of order and late, and reads of the past, a stack is as its document says, and no write is wrong (seed %i)',
  async (seed) => {
    const namespace = await newNamespace(lab(), 'disturbed');
    const user = userOf(lab());
    const between = disturbance(seed);
    const operator = await startOperator(lab(), { namespace, through: between.through });
    await user.apply(chatStackIn(namespace));
    const isAsAsked = async (): Promise<boolean> => {
      if (!(await user.isObserved(namespace))) return false;
      if (conditionOf(await user.resource(namespace), 'Degraded') !== 'False AsRendered') return false;
      return (await differences(lab(), user, namespace)).length === 0;
    };
    await until('the stack to be applied', isAsAsked);
    const secret = () => user.read('v1', 'Secret', namespace, 'talk-secrets') as Promise<KubeObject>;
    const made = await secret();
    const deleted: string[] = [];
    for (const { at, operations } of edits) {
      const [apiVersion, kind, name] = at;
      await user.patch((await user.read(apiVersion, kind, namespace, name)) as KubeObject, operations);
      await until(`the edit of ${kind} ${name} to be put back`, isAsAsked);
    }
    for (const { at } of edits.slice(0, 2)) {
      const [apiVersion, kind, name] = at;
      deleted.push(`${kind} ${name}`);
      await user.remove((await user.read(apiVersion, kind, namespace, name)) as KubeObject);
      await until(`${kind} ${name} to be back`, isAsAsked);
    }
    // No drift: so many events of one watch come together.
    const service = (await user.read('v1', 'Service', namespace, 'talk-redis')) as KubeObject;
    const notes = Array.from({ length: 20 }, (_, value) => ({ 'example.com/note': String(value) }));
    await Promise.all(
      notes.map((value) => user.patch(service, [{ op: 'add', path: '/metadata/annotations', value }])),
    );
    for (const replicas of [2, 3, 1]) await user.apply(chatStackIn(namespace, { backend: { replicas } }));
    await user.apply(chatStackIn(namespace));
    between.isOn = false;
    await until('the stack to be as its document says', isAsAsked);
    await settled(operator);

    // Nothing of a document is deleted to be put back, and what was deleted was so by the test.
    expect(operator.writes.filter((write) => write.startsWith('DELETE'))).toEqual(
      operator.writes.filter((write) => /^DELETE .*poddisruptionbudgets\/talk-backend$/.test(write)),
    );
    const told = (await eventsIn(user, namespace)).map(({ message }) => message);
    const goneByEvents = told.flatMap((message) => / *(\S+ \S+) was deleted\./.exec(message)?.[1] ?? []);
    // A read of the past that knows no Secret is told too; none is made anew.
    const known = [...deleted, 'Secret talk-secrets'];
    expect(goneByEvents.filter((one) => !known.includes(one))).toEqual([]);
    expect((await secret()).metadata.uid).toBe(made.metadata.uid);
    for (const [what, times] of Object.entries(between.done)) expect(times, what).toBeGreaterThan(0);
    console.log(`Seed ${seed}: ${JSON.stringify(between.done)}, ${operator.writes.length} writes.`);

    await operator.stop();
    const next = await startOperator(lab(), { namespace });
    await until('a new operator to have looked', () => Promise.resolve(next.ended() > 0));
    await settled(next);
    expect(next.writes).toEqual([]);
  },
);

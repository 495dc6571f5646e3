import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { operatorImage } from '../images/app-image.ts';
import { forSuite } from '../servers/for-suite.ts';
import { orStop } from '../servers/or-stop.ts';
import { run } from '../servers/process.ts';
import { isWell } from './operator/conditions.ts';
import { programBase, say, startLabWith } from './operator/lab.ts';
import { kept, leftOf } from './operator/removal.ts';
import { PageClient } from './stack/page-client.ts';
import { previousRelease } from './stack/previous-commit.ts';

/** A stack that the operator of the previous release made, which its own command line installed. */
const lab = forSuite(async () => {
  const previous = await previousRelease();
  return orStop(
    () => previous.remove(),
    async () => {
      const base = await programBase();
      const image = await operatorImage(base, say, previous.root);
      const args = [join('cli', 'main.mjs'), 'operator', 'manifest', '--image', image.ref];
      const { stdout } = await run(process.execPath, args, { cwd: previous.root });
      const present = await operatorImage(base, say);
      const choice = { name: 'demo', namespace: 'upgraded' };
      const started = await startLabWith(choice, image, (operator) => operator.apply(stdout));
      const stop = async () => {
        await started.stop();
        await previous.remove();
      };
      return { ...started, present, stop };
    },
  );
});

test("an upgrade from the previous release's operator keeps the stack, its volumes and what was remembered", async () => {
  const { cluster, operator, present, stack } = lab();
  const client = new PageClient(stack.chatUrl, { patient: 'patient:demo', session: 'session:upgrade' });
  await client.say('I am allergic to penicillin.');
  const before = await leftOf(stack);

  await cluster.importImage(present.tarPath);
  await operator.install([chatKind], present.ref);
  await isWell(stack);

  expect(await client.say('What am I allergic to?')).toContain('penicillin');
  client.stop();
  expect(before).toEqual(expect.arrayContaining(kept('demo')));
  expect(await leftOf(stack)).toEqual(expect.arrayContaining(kept('demo')));
  expect(await operator.errors()).toEqual([]);
}, 300_000);

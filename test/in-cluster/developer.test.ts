import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtProgram } from '../servers/kubernetes/programs.ts';
import { capture } from '../servers/process.ts';
import { orSkip } from '../servers/or-skip.ts';
import { Unavailable } from '../servers/unavailable.ts';
import { readNote } from './developer/keeper-note.ts';
import { requireNode } from '../lab/requirements.ts';

const npm = (script: string) => capture('npm', ['run', '--silent', script]);

/** What `npm run cluster:up` says KUBECONFIG is to be. */
async function up(): Promise<string> {
  const { code, stdout, stderr } = await npm('cluster:up');
  expect(code, stderr).toBe(0);
  return /^export KUBECONFIG=(.*)$/m.exec(stdout)?.[1] ?? '';
}

test('`npm run cluster:up` gives one cluster, however often it is said, and `cluster:down` ends it', (context) =>
  orSkip(context, async () => {
    await requireNode();
    if ((await readNote()) !== undefined)
      throw new Unavailable('another developer cluster', 'one of this clone is up, and it is not the tests’');
    try {
      const kubeconfig = await up();
      expect(await up()).toBe(kubeconfig);
      const kubectl = await builtProgram('kubectl');
      const nodes = await capture(kubectl, ['--kubeconfig', kubeconfig, 'get', 'nodes']);
      expect(nodes.stdout).toMatch(/ Ready /);
      expect((await npm('cluster:down')).stdout).toContain('The cluster is gone.');
      expect(existsSync(kubeconfig)).toBe(false);
    } finally {
      await npm('cluster:down');
    }
  }));

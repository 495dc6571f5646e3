import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtProgram } from '../servers/kubernetes/programs.ts';
import { capture } from '../servers/process.ts';
import { orSkip } from '../servers/or-skip.ts';
import { Unavailable } from '../servers/unavailable.ts';
import { readNote } from './developer/keeper-note.ts';
import { requireNode } from '../lab/requirements.ts';

const npm = (script: string) => capture('npm', ['run', '--silent', script]);

/** What `npm run cluster:up` says KUBECONFIG is to be, and the line that installs the operator. */
async function up(): Promise<{ kubeconfig: string; install: string; label: string; steps: string }> {
  const { code, stdout, stderr } = await npm('cluster:up');
  expect(code, stderr).toBe(0);
  const said = (line: RegExp): string => line.exec(stdout)?.[1] ?? '';
  return {
    kubeconfig: said(/^export KUBECONFIG=(.*)$/m),
    install: said(/^npx (mooring operator install .*)$/m),
    label: said(/^kubectl create namespace .*; kubectl (label namespace .*)$/m),
    steps: stderr,
  };
}

// It makes the operator's image where no other test has.
const timeout = 400_000;

test(
  '`npm run cluster:up` gives one cluster, however often it is said, and `cluster:down` ends it',
  { timeout },
  (context) =>
    orSkip(context, async () => {
      await requireNode();
      if ((await readNote()) !== undefined)
        throw new Unavailable(
          'another developer cluster',
          'one of this clone is up, and it is not the tests’',
        );
      try {
        const told = await up();
        expect(await up()).toEqual({ ...told, steps: '' });
        const { kubeconfig, install, label, steps } = told;
        // Each of these takes long.
        expect(steps).toMatch(/^Starting the control plane and the node\.$/m);
        expect(steps.match(/^Bringing the image .* onto the node\.$/gm)).toHaveLength(5);
        const kubectl = await builtProgram('kubectl');
        const ask = (...words: string[]) => capture(kubectl, ['--kubeconfig', kubeconfig, ...words]);
        expect((await ask('get', 'nodes')).stdout).toMatch(/ Ready /);
        // The image is on the node: nothing is pulled here.
        const installed = await capture('npx', ['--no', ...install.split(' ')], {
          env: { KUBECONFIG: kubeconfig },
        });
        expect(installed.code, installed.stderr).toBe(0);
        const wait = ['rollout', 'status', 'deployment/mooring-operator', '--timeout=120s'];
        const rolled = await ask('-n', 'mooring-system', ...wait);
        expect(rolled.code, rolled.stderr).toBe(0);
        await ask('create', 'namespace', 'chat');
        const labelled = await ask(...label.split(' '));
        expect(labelled.code, labelled.stderr).toBe(0);
        expect((await npm('cluster:down')).stdout).toContain('The cluster is gone.');
        expect(existsSync(kubeconfig)).toBe(false);
      } finally {
        await npm('cluster:down');
      }
    }),
);

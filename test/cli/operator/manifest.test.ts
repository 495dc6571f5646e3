import { expect, onTestFinished, test, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { commands } from '../../../cli/commands.ts';
import { createCli } from '../../../cli/program.ts';
import type { Manifest } from '../../../charts-ts/render.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import { operatorManifests } from '../../../operator/manifests/operator-manifests.ts';
import { idOf } from '../../charts-ts/rendered.ts';

const kinds = [chatKind] as unknown as readonly StackKind[];

/** What a command line writes. */
async function writtenOf(
  kind: typeof chatKind,
  ...words: string[]
): Promise<{ stdout: string; stderr: string }> {
  const heard = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    const spy = vi.spyOn(process[name], 'write').mockImplementation((text) => {
      heard[name] += String(text);
      return true;
    });
    onTestFinished(() => spy.mockRestore());
  }
  const program = createCli([kind], { version: '0.0.0', commands });
  await program.parseAsync(['operator', ...words], { from: 'user' });
  return heard;
}

const written = (...words: string[]) => writtenOf(chatKind, ...words);

test('mooring operator manifest warns of rules that the API server cannot check', async () => {
  const { stderr } = await writtenOf({ ...chatKind, unstated: ['spec.name', 'spec.size'] }, 'manifest');
  expect(stderr).toMatch(/^ChatStack: the API server cannot check the rules of spec\.name, spec\.size; /);
});

test('mooring operator manifest writes a stream of the manifests, in order', async () => {
  const { stdout, stderr } = await written('manifest');
  const objects = parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
  expect(objects).toEqual(operatorManifests(kinds));
  expect(stderr).toBe('');
});

test('mooring operator manifest with -o yaml writes one List', async () => {
  const { stdout } = await written(
    'manifest',
    '-o',
    'yaml',
    '--image',
    'example.com/operator:2',
    '--replicas',
    '3',
  );
  const items = operatorManifests(kinds, { image: 'example.com/operator:2', replicas: 3 });
  expect(parse(stdout)).toEqual({ apiVersion: 'v1', kind: 'List', items });
});

test('mooring operator manifest for one namespace names the definitions that must be there', async () => {
  const { stdout, stderr } = await written('manifest', '--namespace', 'talk', '-o', 'json');
  const { items } = JSON.parse(stdout) as { items: Manifest[] };
  expect(items.map(idOf)).toEqual(operatorManifests(kinds, { namespace: 'talk' }).map(idOf));
  expect(stderr).toContain('Must exist: CustomResourceDefinition chatstacks.mooring.dev');
});

test.each([
  [['--namespace', 'Talk'], 'lower-case'],
  [['--replicas', '0'], 'number of pods'],
])('mooring operator manifest refuses %j', async (words, why) => {
  const program = createCli([chatKind], { version: '0.0.0', commands });
  let said = '';
  const [group] = program.commands.filter((command) => command.name() === 'operator');
  for (const command of group?.commands ?? [])
    command.configureOutput({ writeErr: (text) => (said += text) });
  await expect(program.parseAsync(['operator', 'manifest', ...words], { from: 'user' })).rejects.toThrow();
  expect(said).toContain(why);
});

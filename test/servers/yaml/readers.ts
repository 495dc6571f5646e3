import { join } from 'node:path';
import { run } from '../process.ts';
import { builtProgram } from '../kubernetes/programs.ts';
import { pythonWith } from '../python.ts';

/** What a reader of YAML takes a stream of Kubernetes objects for. Rejects with `Unavailable` where it cannot be had. */
export type YamlReader = (stream: string) => Promise<unknown[]>;

/** kubectl's own reader (Go's sigs.k8s.io/yaml): a command that changes nothing here and asks no cluster. */
export const readWithKubectl: YamlReader = async (stream) => {
  const kubectl = await builtProgram('kubectl');
  const args = ['label', '--local', '--dry-run=client', '-o', 'json', '-f', '-', 'read=by-kubectl'];
  const { stdout } = await run(kubectl, args, { input: stream });
  return JSON.parse(`[${stdout.replaceAll(/^\}\n\{$/gm, '},{')}]`) as unknown[];
};

/** PyYAML, which Ansible and many scripts read with. */
export const readWithPython: YamlReader = async (stream) => {
  const requirementsFile = join(import.meta.dirname, 'requirements.txt');
  const python = await pythonWith({ what: 'PyYAML', name: 'pyyaml', version: '6.0', requirementsFile });
  const { stdout } = await run(python, [join(import.meta.dirname, 'read.py')], { input: stream });
  return JSON.parse(stdout) as unknown[];
};

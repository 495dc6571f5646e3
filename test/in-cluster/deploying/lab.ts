import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { chatStack } from '../../../contract/chat-stack.ts';
import { readChatStack } from '../../../contract/read-chat-stack.ts';
import { freshClone, type Clone } from '../../e2e/clone.ts';
import { standInStack } from '../../images/stand-in-stack.ts';
import { builtProgram } from '../../servers/kubernetes/programs.ts';
import { orStop } from '../../servers/or-stop.ts';
import { freePort } from '../../servers/ports.ts';
import { run } from '../../servers/process.ts';
import { startChatCluster, type ChatCluster } from '../stack/chat-cluster.ts';
import { access, type Access } from '../stack/stack.ts';

type Document = Readonly<Record<string, unknown>>;

/** A user's clone with their kubectl, at a cluster without a stack. */
export interface DeployingLab extends ChatCluster {
  readonly clone: Clone;
  /** The folder of a repository a GitOps controller reads. */
  readonly manifests: string;
  /** The default stack, whether or not it is there. */
  readonly stack: Access;
  /** Writes stack.yaml: as the page shows it, with images this cluster has. Without one, the last stays. */
  startSection(shown: string | undefined): Promise<void>;
  /** Changes what stack.yaml says. */
  writeOverStack(document: Document): Promise<void>;
  /** Runs commands in the clone as `sh -e`; answers what they printed, and rejects when they fail. */
  shell(commands: string): Promise<string>;
}

export async function startDeployingLab(): Promise<DeployingLab> {
  const chat = await startChatCluster();
  const clone = await orStop(chat.stop, freshClone);
  const stop = async () => {
    await clone.remove();
    await chat.stop();
  };
  const manifests = join(clone.folder, '.mooring', 'manifests');
  const images = standInStack(chat.images) as Document;
  let document = images;
  const writeOverStack = async (over: Document) => {
    document = merged(document, over);
    await writeFile(join(clone.folder, 'stack.yaml'), stringify(document));
  };
  const lab: DeployingLab = {
    ...chat,
    clone,
    manifests,
    stop,
    stack: access(chat.cluster, {
      stack: chatStack(readChatStack(images, 'the test')),
      document: '',
      dist: '',
      manifests: '',
    }),
    writeOverStack,
    startSection: async (shown) => {
      if (shown === undefined) return;
      document = parse(shown) as Document;
      await writeOverStack({ spec: imagesFor(document['spec'] as Document, images['spec'] as Document) });
    },
    shell: await shellOf(clone, { KUBECONFIG: chat.cluster.kubeconfigPath, MANIFESTS: manifests }),
  };
  return orStop(stop, async () => {
    await mkdir(manifests, { recursive: true });
    await run('git', ['init', '--quiet'], { cwd: manifests });
    await lab.shell('npm ci --no-audit --no-fund');
    return lab;
  });
}

async function shellOf(clone: Clone, own: Record<string, string>): Promise<DeployingLab['shell']> {
  const kubectl = dirname(await builtProgram('kubectl'));
  const env = {
    ...own,
    KUBERC: 'off',
    BOLT_PORT: String(await freePort()),
    CDK8S_CHECK_UPGRADE: 'false',
    REGISTRY_USER: 'somebody',
    REGISTRY_PASSWORD: 'a-password-for-tests',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, 'A user'],
        [`GIT_${who}_EMAIL`, 'user@example.com'],
      ]),
    ),
  };
  return async (commands) => {
    const shell = clone.shell(`PATH="${kubectl}:$PATH"\nset -e\n${commands}`, env);
    if ((await shell.exited) !== 0) throw new Error(`These commands failed:\n${commands}\n${shell.output()}`);
    return shell.output();
  };
}

/** A store that runs elsewhere has no image, and a registry has all of them. */
function imagesFor(spec: Document, images: Document): Document {
  if ('images' in spec) return {};
  const isRun = (name: string) => !(typeof spec[name] === 'object' && 'external' in (spec[name] as Document));
  return Object.fromEntries(Object.entries(images).filter(([name]) => isRun(name)));
}

/** Objects key by key, everything else from `over`. */
function merged(under: unknown, over: unknown): Document {
  const isObject = (value: unknown): value is Document =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(under) || !isObject(over)) return over as Document;
  const both = Object.entries(over).map(([key, value]) => [
    key,
    key in under ? merged(under[key], value) : value,
  ]);
  return { ...under, ...(Object.fromEntries(both) as Document) };
}

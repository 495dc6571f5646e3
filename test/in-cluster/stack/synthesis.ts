import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { manifestsIn } from '../../../charts-ts/synth.ts';
import { chatStack } from '../../../contract/chat-stack.ts';
import type { Stack } from '../../../model/stack.ts';
import { readChatStack } from '../../../contract/read-chat-stack.ts';
import { standInStack, type ImageRefs } from '../../images/stand-in-stack.ts';
import { run } from '../../servers/process.ts';

/** This clone. */
const ROOT = join(import.meta.dirname, '..', '..', '..');

type Spec = Readonly<Record<string, unknown>>;

/** What a test chooses of a ChatStack; everything else is the document's default. */
export interface StackChoice {
  readonly name: string;
  readonly namespace: string;
  /** Parts of `spec`, by service or group; their keys are added to the images'. */
  readonly spec?: Readonly<Record<string, Spec | boolean>>;
}

export interface Synthesized {
  readonly stack: Stack;
  /** The path of its document. */
  readonly document: string;
  /** The folder `kubectl apply -f` takes. */
  readonly dist: string;
  /** All its manifests in one text, in the order in which they are applied. */
  readonly manifests: string;
}

/**
 * Runs the program behind `cdk8s synth` in `folder`, as a user does: document, secrets and manifests are all there.
 * @param root the checkout whose program it is.
 */
export async function synthesize(
  images: ImageRefs,
  choice: StackChoice,
  { folder, root = ROOT }: { readonly folder: string; readonly root?: string },
): Promise<Synthesized> {
  const document = documentOf(images, choice);
  const path = join(folder, 'stack.yaml');
  const dist = join(folder, 'dist');
  await writeFile(path, stringify(document));
  await run(process.execPath, [join(root, 'charts-ts', 'main.ts')], {
    cwd: folder,
    env: { MOORING_STACK: path, CDK8S_OUTDIR: dist },
  });
  const files = manifestsIn(dist).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(dist, file), 'utf8')));
  return {
    stack: chatStack(readChatStack(document, path)),
    document: path,
    dist,
    manifests: texts.join('\n---\n'),
  };
}

function documentOf(images: ImageRefs, { name, namespace, spec = {} }: StackChoice): object {
  const base = standInStack(images) as { spec: Record<string, Spec> };
  const chosen = Object.entries(spec).map(([key, value]) => [
    key,
    typeof value === 'boolean' ? value : { ...base.spec[key], ...value },
  ]);
  return {
    ...base,
    metadata: { name, namespace },
    spec: { ...base.spec, ...(Object.fromEntries(chosen) as Spec) },
  };
}

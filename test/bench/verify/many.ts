import { stringify } from 'yaml';
import { renderStack } from '../../../charts-ts/render.ts';
import { readDocuments } from '../../../proof/source.ts';
import { fakeSecrets, stackOf } from '../../charts-ts/rendered.ts';
import { verifyChat } from '../../proof/known.ts';
import { corpusFiles, fileText } from '../../proof/manifests.ts';

/** So many objects as one text: stacks in namespaces of their own, and the corpus once in each. */
export function manyManifests(objects: number): string {
  const texts: string[] = [];
  for (let team = 0; texts.length < objects; team++) {
    const namespace = `team-${team}`;
    const stack = stackOf({ preset: 'staging' }, { namespace });
    const ours = renderStack(stack, { secretValues: fakeSecrets(stack) });
    const theirs = corpusFiles.flatMap((file) =>
      readDocuments(file, fileText(file)).map(({ value }) => inNamespace(value, namespace)),
    );
    texts.push(...[...ours, ...theirs].map((object) => stringify(object, { version: '1.1' })));
  }
  return texts.slice(0, objects).join('---\n');
}

function inNamespace(value: object, namespace: string): object {
  const { metadata } = value as { metadata?: object };
  return { ...value, metadata: { ...metadata, namespace } };
}

/** How long it takes to read and judge a text, in milliseconds: the shortest of some runs. */
export function millisecondsOf(text: string, runs: number): number {
  const once = (): number => {
    const start = performance.now();
    verifyChat(readDocuments('all.yaml', text));
    return performance.now() - start;
  };
  return Math.min(...Array.from({ length: runs }, once));
}

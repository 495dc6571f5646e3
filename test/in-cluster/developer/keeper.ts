import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { defaultStack } from '../../../contract/default-stack.ts';
import { buildImages } from '../../images/build-images.ts';
import { standInStack } from '../../images/stand-in-stack.ts';
import { operatorImage } from '../../images/app-image.ts';
import { programBase, say } from '../operator/lab.ts';
import { startCluster } from '../../lab/cluster.ts';
import { removeNote, STACK_FILE, writeNote } from './keeper-note.ts';

/** Holds the developer's cluster, with the images of a stack and of the operator in it, until it is told to end. Started by `up.ts`. */
const { app, redis, neo4j, qdrant } = await buildImages();
const operator = await operatorImage(await programBase(), say);
say('Starting the control plane and the node.');
const cluster = await startCluster();
try {
  for (const { ref, tarPath } of [app, redis, neo4j, qdrant, operator]) {
    say(`Bringing the image ${ref} onto the node.`);
    await cluster.importImage(tarPath);
  }
  const { name, namespace } = defaultStack;
  const document = { ...standInStack({ app, redis, neo4j, qdrant }), metadata: { name, namespace } };
  await writeFile(STACK_FILE, stringify(document));
  const { kubeconfigPath, nodeAddress } = cluster;
  await writeNote({ kubeconfigPath, nodeAddress, namespace, operatorImage: operator.ref });
  // What keeps this process alive meanwhile are its children.
  await once(process, 'SIGTERM');
} finally {
  await cluster.stop();
  await removeNote();
}

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { buildImages } from '../../images/build-images.ts';
import { standInStack } from '../../images/stand-in-stack.ts';
import { startCluster } from '../../lab/cluster.ts';
import { removeNote, STACK_FILE, writeNote } from './keeper-note.ts';

/** Holds the developer's cluster, with the stack's images in it, until it is told to end. Started by `up.ts`. */
const { app, redis, neo4j, qdrant } = await buildImages();
const cluster = await startCluster();
try {
  for (const { tarPath } of [app, redis, neo4j, qdrant]) await cluster.importImage(tarPath);
  await writeFile(STACK_FILE, stringify(standInStack({ app, redis, neo4j, qdrant })));
  await writeNote({ kubeconfigPath: cluster.kubeconfigPath, nodeAddress: cluster.nodeAddress });
  // What keeps this process alive meanwhile are its children.
  await once(process, 'SIGTERM');
} finally {
  await cluster.stop();
  await removeNote();
}

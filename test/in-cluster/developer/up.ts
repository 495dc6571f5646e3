import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lastLines } from '../../servers/last-lines.ts';
import { pollWithReason } from '../../servers/poll.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import { prepareCluster } from '../../lab/prepare-cluster.ts';
import { linesOf } from './lines-of.ts';
import { KEEPER_LOG, makeKeeperFolder, readNote, STACK_FILE } from './keeper-note.ts';

/** Standard output has only what is to be run. */
const say = (line: string): void => console.error(line);

/** `npm run cluster:up`: a cluster that stays until `npm run cluster:down`, and how to use it; what it does meanwhile on stderr. */
try {
  if ((await readNote()) === undefined) await keep();
  await tell();
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  console.error(error.message);
  process.exitCode = 69;
}

async function keep(): Promise<void> {
  await prepareCluster(say);
  await makeKeeperFolder();
  say(`Starting the process that holds the cluster (its log: ${KEEPER_LOG}).`);
  const log = openSync(KEEPER_LOG, 'w');
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'keeper.ts')], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  const exited = new Promise((resolve) => keeper.once('exit', resolve));
  keeper.unref();
  const newLines = linesOf(KEEPER_LOG);
  const isUp = async () => {
    (await newLines()).forEach(say);
    return (await readNote()) !== undefined;
  };
  const { outcome, lastError } = await pollWithReason(isUp, { timeoutMs: 1_800_000, exited });
  if (outcome === 'met') return;
  const said = lastLines(await readFile(KEEPER_LOG, 'utf8'));
  throw new Error(`The cluster did not come up:\n${said}`, { cause: lastError });
}

async function tell(): Promise<void> {
  const note = await readNote();
  if (note === undefined) throw new Error('The cluster was ended while it was being started.');
  console.log(`export KUBECONFIG=${note.kubeconfigPath}
# node ports are at ${note.nodeAddress}; the images are named in ${STACK_FILE}:
MOORING_STACK=${STACK_FILE} npm run synth && kubectl apply -f dist/
# or by the operator (docs/operator.md):
npx mooring operator install --yes --image ${note.operatorImage}
kubectl create namespace ${note.namespace}; kubectl label namespace ${note.namespace} pod-security.kubernetes.io/enforce=restricted
kubectl apply -f ${STACK_FILE}`);
}

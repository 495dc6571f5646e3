import { until } from '../../servers/poll.ts';
import { readNote } from './keeper-note.ts';

/** `npm run cluster:down`: ends the cluster `npm run cluster:up` started, with everything in it. */
const note = await readNote();
if (note === undefined) {
  console.log('No cluster of this clone is up.');
} else {
  process.kill(note.pid, 'SIGTERM');
  const ended = async (): Promise<boolean> => (await readNote()) === undefined;
  await until(`the cluster's keeper (process ${note.pid}) to end`, ended, 60_000);
  console.log('The cluster is gone.');
}

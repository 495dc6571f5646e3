import { poll } from '../../servers/poll.ts';
import { readNote } from './keeper-note.ts';

/** `npm run cluster:down`: ends the cluster `npm run cluster:up` started, with everything in it. */
const note = await readNote();
if (note === undefined) {
  console.log('No cluster of this clone is up.');
} else {
  process.kill(note.pid, 'SIGTERM');
  const outcome = await poll(async () => (await readNote()) === undefined, { timeoutMs: 60_000 });
  if (outcome !== 'met')
    throw new Error(`The cluster's keeper (process ${note.pid}) did not end within 60 s.`);
  console.log('The cluster is gone.');
}

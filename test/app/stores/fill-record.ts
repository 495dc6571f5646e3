import { EmbeddedRecordStore } from '../../../app/stores/embedded/record-store.ts';
import { message } from '../../stores/store-suite.ts';

/** Stores messages in the record of the file given until one is refused; prints how many it stored, and what it says then. */
const scope = { patientId: 'patient:full', sessionId: 's' };
const record = new EmbeddedRecordStore(process.argv[2] ?? '');
let stored = 0;
try {
  for (;;) {
    await record.addMessage({ ...scope, ...message(`m${stored}`, 'x'.repeat(16_000)) }, []);
    stored += 1;
  }
} catch {
  const refusal = await record.connect().then(
    () => 'none',
    (error: unknown) => String(error),
  );
  process.stdout.write(JSON.stringify({ stored, refusal }));
  process.exit();
}

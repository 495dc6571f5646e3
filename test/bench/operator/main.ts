import { parseArgs } from 'node:util';
import { Unavailable } from '../../servers/unavailable.ts';
import { measureOperator } from './measure.ts';

/**
 * `npm run bench:operator [-- --json] [--stacks N] [--edits N]`: an operator as its image runs it, on a real API server.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    stacks: { type: 'string', default: '1000' },
    edits: { type: 'string', default: '200' },
  },
});

try {
  const measured = await measureOperator(
    { stacks: Number(values.stacks), edits: Number(values.edits) },
    (line) => void process.stderr.write(`${line}\n`),
  );
  console.log(JSON.stringify(measured, undefined, values.json ? undefined : 2));
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  console.error(error.message);
  process.exitCode = 69;
}

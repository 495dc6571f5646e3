import { parseArgs } from 'node:util';
import { choose } from '../../nightly/choose.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import { measureOperator, partNames } from './measure.ts';

/**
 * `npm run bench:operator [-- --json] [--only PART]… [--stacks N] [--edits N] [--rounds N] [--soak-seconds N]`: an
 * operator as its image runs it, on a real API server.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    only: { type: 'string', multiple: true, default: [...partNames] },
    stacks: { type: 'string', default: '1000' },
    edits: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '20' },
    'soak-seconds': { type: 'string', default: '60' },
  },
});

const answer = choose(values.only, Object.fromEntries(partNames.map((name) => [name, name])));
if ('problem' in answer) {
  console.error(answer.problem);
  process.exitCode = 64;
} else
  try {
    const measured = await measureOperator(
      answer.chosen.map(([, name]) => name),
      {
        stacks: Number(values.stacks),
        edits: Number(values.edits),
        rounds: Number(values.rounds),
        soakSeconds: Number(values['soak-seconds']),
      },
      (line) => void process.stderr.write(`${line}\n`),
    );
    console.log(JSON.stringify(measured, undefined, values.json ? undefined : 2));
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.error(error.message);
    process.exitCode = 69;
  }

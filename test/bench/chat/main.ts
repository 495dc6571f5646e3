import { parseArgs } from 'node:util';
import { choose } from '../../nightly/choose.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import { wholeStorm } from './storm.ts';
import { measureChat, partNames } from './measure.ts';
import { writeResult } from '../result.ts';

/**
 * `npm run bench:chat [-- --json] [--write] [--only PART]… [--seconds N] [--rounds N] [--clients N] [--connections N]
 * [--root DIR]`: the chat's speed, memory and restarts, without a model or an embedder, beside a FastAPI backend on the same
 * stores. `--root` measures the app of another checkout; `--write` makes the result docs/bench/chat.json.
 */
const resultFile = 'docs/bench/chat.json';
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    write: { type: 'boolean' },
    only: { type: 'string', multiple: true, default: [...partNames] },
    root: { type: 'string', default: '.' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: String(wholeStorm.clients) },
    connections: { type: 'string', default: '10000' },
  },
});

const answer = choose(values.only, Object.fromEntries(partNames.map((name) => [name, name])));
if ('problem' in answer) {
  console.error(answer.problem);
  process.exitCode = 64;
} else
  try {
    const { figures, samples } = await measureChat(
      answer.chosen.map(([, name]) => name),
      {
        root: values.root,
        seconds: Number(values.seconds),
        rounds: Number(values.rounds),
        clients: Number(values.clients),
        connections: Number(values.connections),
      },
      (line) => void process.stderr.write(`${line}\n`),
    );
    console.log(JSON.stringify(figures, undefined, values.json ? undefined : 2));
    const command = `npm run bench:chat -- ${process.argv.slice(2).join(' ')}`;
    if (values.write) await writeResult(resultFile, { command, figures, samples });
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.error(error.message);
    process.exitCode = 69;
  }

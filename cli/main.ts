import { kindsHere } from '../config/kinds.ts';
import type { Kinds } from '../model/kinds.ts';
import { version } from '../model/version.ts';
import { askedFor } from './called-as.ts';
import { commands } from './commands.ts';
import { createCli } from './program.ts';
import { run } from './run.ts';

const builtIn = async (): Promise<Kinds> => [(await import('../contract/chat-kind.ts')).chatKind];
let kinds: Promise<Kinds> | undefined;

/** The program behind `mooring`. Entered through main.mjs, which checks the Node it runs on. */
const cli = createCli(() => (kinds ??= kindsHere(builtIn)), { version, commands });
// Completion reads its words from there.
process.argv.splice(2, Infinity, ...askedFor(process.argv.slice(2)));
await run(cli, process.argv.slice(2));

import packageJson from '../package.json' with { type: 'json' };
import { calledAs } from './environment.ts';
import { commands } from './commands.ts';
import { createCli } from './program.ts';
import { run } from './run.ts';

/** The program behind `mooring`. Entered through main.mjs, which checks the Node it runs on. */
const cli = createCli(async () => [(await import('../contract/chat-kind.ts')).chatKind], {
  name: calledAs(),
  version: packageJson.version,
  commands,
});
await run(cli, process.argv.slice(2));

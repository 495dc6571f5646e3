import packageJson from '../package.json' with { type: 'json' };
import { calledAs } from './environment.ts';
import { commands } from './commands.ts';
import { createProgram } from './program.ts';
import { run } from './run.ts';

/** The program behind `mooring`. Entered through main.mjs, which checks the Node it runs on. */
await run(createProgram(calledAs(), packageJson.version, commands), process.argv.slice(2));

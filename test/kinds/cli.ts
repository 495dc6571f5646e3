import { commands } from '../../cli/commands.ts';
import { createCli } from '../../cli/program.ts';
import { run } from '../../cli/run.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { shopKind } from './shop-kind.ts';

/** The command line of a program that serves the built-in kind and one of its own. */
const cli = createCli([chatKind, shopKind], { version: '0.0.0', commands });
await run(cli, process.argv.slice(2));

import { chatKind } from '../contract/chat-kind.ts';
import { readOperatorEnv } from './env.ts';
import { runOperator } from './run.ts';

/** The operator's process, with the kinds that are built in. Entered through main.mjs, which checks the Node it runs on. */
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
await runOperator({ kinds: [chatKind], env: readOperatorEnv() }, stopping.signal);

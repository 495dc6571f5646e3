import { addApply } from './commands/apply.ts';
import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDiff } from './commands/diff.ts';
import { addDown } from './commands/down.ts';
import { addEnv } from './commands/env.ts';
import { addExplain } from './commands/explain.ts';
import { addGraph } from './commands/graph.ts';
import { addHistory } from './commands/history.ts';
import { addInit } from './commands/init.ts';
import { addLogs } from './commands/logs.ts';
import { addOpen } from './commands/open.ts';
import { addOperator } from './commands/operator.ts';
import { addRollback } from './commands/rollback.ts';
import { addSecrets } from './commands/secrets.ts';
import { addStatus } from './commands/status.ts';
import { addSynth } from './commands/synth.ts';
import { addVerify } from './commands/verify.ts';
import type { AddCommand } from './program.ts';

/** Every command, in the order of `--help`. */
export const commands: readonly AddCommand[] = [
  addInit,
  addSynth,
  addVerify,
  addDiff,
  addApply,
  addHistory,
  addRollback,
  addSecrets,
  addDown,
  addStatus,
  addLogs,
  addOpen,
  addDoctor,
  addExplain,
  addEnv,
  addGraph,
  addOperator,
  addCompletion,
];

import { z } from 'zod';
import { workloadName } from '../../../model/names.ts';
import { backendName } from '../../../contract/services/backend-ports.ts';
import type { DeployedStack } from './stack.ts';

const line = z.looseObject({ level: z.string(), time: z.string(), msg: z.string().default('') });
export type LogLine = z.infer<typeof line>;

/** Everything the backend of a stack of one replica has logged. Rejects at a line that is not JSON. */
export async function backendLog({ kubectl, stack }: DeployedStack): Promise<LogLine[]> {
  const text = await kubectl(['logs', `deployment/${workloadName(stack.name, backendName)}`]);
  return text.split('\n').map((one) => line.parse(JSON.parse(one)));
}

/** How often each session connected, by `patient:session`. */
export function connectionsIn(lines: readonly LogLine[]): Record<string, number> {
  const sessions = lines.flatMap(({ msg }) => /^Client (\S+) connected\./.exec(msg)?.[1] ?? []);
  return Object.fromEntries(
    [...new Set(sessions)].map((one) => [one, sessions.filter((other) => other === one).length]),
  );
}

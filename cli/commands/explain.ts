import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withDocument, withExamples, withOutput } from '../options.ts';
import type { ExplainOptions } from '../explain/explain.ts';

/** `mooring explain`: what a name or a number of the contract is. */
export function addExplain(program: Command, kinds: LoadKinds): void {
  const command = withOutput(withDocument(program.command('explain')))
    .description('say what a field, an environment variable or a port is, and who uses it')
    .argument('<name>', 'a field such as spec.redis.storage, a variable, or a port number')
    .action(async (name: string, options: ExplainOptions) =>
      (await import('../explain/explain.ts')).explainCommand(await kinds(), name, options),
    );
  withExamples(command, {
    'mooring explain REDIS_PORT': 'where it is defined, its default, what this stack gives it',
    'mooring explain 6380': 'who listens there, and what people expect there',
    'mooring explain spec.neo4j': 'every field of a group',
  });
}

import type { Kinds } from '../../model/kinds.ts';
import type { DoctorOptions } from './options.ts';
import { wholeEnvironment } from '../environment.ts';
import { CommandError } from '../errors.ts';
import { print } from '../output.ts';
import { documentOf } from '../source.ts';
import { inWords, type Check } from './check.ts';

/** What `mooring doctor` does. @throws CommandError DIFFERENT when something is wrong. */
export async function doctorCommand(kinds: Kinds, options: DoctorOptions): Promise<void> {
  if (options.dotenv !== undefined && !options.local)
    throw new CommandError('USAGE', '--dotenv goes with --local: a cluster has no env file.');
  if (options.service !== undefined && !options.local)
    throw new CommandError('USAGE', '--service goes with --local: in a cluster every service is looked at.');
  const checks = options.local ? await checkHere(kinds, options) : await checkCluster(kinds, options);
  const wrong = checks.filter(({ verdict }) => verdict === 'wrong');
  await print({ ok: wrong.length === 0, checks }, inWords(checks), options.output);
  if (wrong.length > 0) throw new CommandError('DIFFERENT', '');
}

async function checkHere(kinds: Kinds, { file, dotenv, service }: DoctorOptions): Promise<Check[]> {
  const { localChecks } = await import('./local.ts');
  const found = documentOf(kinds, file);
  return localChecks({ kind: found.kind, stack: found.stack() }, wholeEnvironment(), { dotenv, service });
}

async function checkCluster(kinds: Kinds, options: DoctorOptions): Promise<Check[]> {
  const { clusterChecks } = await import('./cluster.ts');
  return clusterChecks(kinds, options);
}

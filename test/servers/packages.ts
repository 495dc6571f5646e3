import { rm, writeFile } from 'node:fs/promises';
import { inTurn } from './in-turn.ts';
import { run } from './process.ts';

type Log = (line: string) => void;

/** The file that forbids services is there for one installation at a time. */
const oneAtATime = inTurn();

/** Installs Debian packages, saying so first. Needs root on Debian (`mayInstallPackages`). No service is started. */
export function installPackages(names: readonly string[], log: Log): Promise<void> {
  return oneAtATime(() => install(names, log));
}

async function install(names: readonly string[], log: Log): Promise<void> {
  log(`Installing the Debian packages ${names.join(', ')} (this is root; no service is started).`);
  const allowServices = await forbidServices();
  // A package whose program was removed by hand counts as installed.
  const wanted = ['install', '--reinstall', '--no-install-recommends', ...names];
  try {
    await aptGet(...wanted).catch(async () => {
      log('Refreshing the list of Debian packages, then once more.');
      await aptGet('update');
      await aptGet(...wanted);
    });
  } finally {
    await allowServices();
  }
}

async function aptGet(...args: string[]): Promise<void> {
  const quiet = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', [...quiet, ...args], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
}

/** Debian starts a service it installs unless this file says no: a Redis on its usual port would deceive tests. */
async function forbidServices(): Promise<() => Promise<void>> {
  const policy = '/usr/sbin/policy-rc.d';
  try {
    await writeFile(policy, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 });
    return () => rm(policy, { force: true });
  } catch {
    // There is one already: somebody else's, which is theirs to remove.
    return () => Promise.resolve();
  }
}

import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { onTestFinished } from 'vitest';
import { isPortOpen, LOOPBACK } from '../servers/ports.ts';
import { Unavailable } from '../servers/unavailable.ts';

/** Two test runs must not both want the ports of the incident; nor may they be somebody's who works here. */
export async function theIncidentsPorts(): Promise<void> {
  const folder = join(tmpdir(), 'mooring-incident-ports');
  await mkdir(folder, { recursive: true });
  const release = await lock(folder, { retries: { forever: true, minTimeout: 250, maxTimeout: 250 } });
  onTestFinished(() => release());
  for (const port of [6379, 6380])
    if (await isPortOpen(LOOPBACK, port))
      throw new Unavailable('The incident on its own ports', `something listens on ${port} of this machine.`);
}

import type { Files } from './frozen.ts';
import { observeApp } from './observe/app.ts';
import { observeCluster } from './observe/cluster.ts';
import { observeCommands } from './observe/commands.ts';
import { observeManifests } from './observe/manifests.ts';
import { observeTables } from './observe/tables.ts';
import { observeTestNames } from './observe/test-names.ts';

/** Every part of the freeze, by its folder under frozen/, and how the present is seen. */
export const parts: Readonly<Record<string, () => Files | Promise<Files>>> = {
  manifests: () => observeManifests(),
  tables: observeTables,
  'test-names': observeTestNames,
  commands: observeCommands,
  app: observeApp,
  cluster: observeCluster,
};

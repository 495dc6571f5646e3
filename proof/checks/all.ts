import { executables } from './commands.ts';
import { connections, pairs } from './connections.ts';
import { containerPortsTwice, images, imageTags, openedPorts } from './containers.ts';
import { environments, envReferences, envTwice, serviceLinks } from './environment.ts';
import { hardening, tokens } from './hardening.ts';
import { certificates, chatRoutes, routes } from './ingress.ts';
import { components, copies, manager, wholes } from '../packs/mooring/labels.ts';
import { duplicates, podSecurityLabels, unusedNamespace } from './objects.ts';
import { oddPorts } from './odd-ports.ts';
import { immutableSecrets, names, namespaces, unreadyServices, users } from '../packs/mooring/mooring-conventions.ts';
import { accounts, autoscalers, budgets, claimsUsed, emptyWorkloads, governingServices } from './owners.ts';
import { connectionsAllowed, entriesAllowed, namesAllowed } from './policies.ts';
import { ruleForms } from './policy-forms.ts';
import { openPorts, rolePorts, rulePorts } from './policy-ports.ts';
import { probedPorts, probePaths, probePorts } from './probes.ts';
import { configuration } from './references.ts';
import { claimSizes, grace, memorySettings, quantities, replicas, scratchSizes } from './resources.ts';
import { commandFiles, probeCommands, scriptVariables } from './scripts.ts';
import { bothEnds, oneForTwo } from './secrets.ts';
import { ownPods, selectorOfAnother, selectsNothing, selectsSeveral, spreads } from './selectors.ts';
import { nodePortsTwice, servicePortsTwice, targets } from './services.ts';
import type { Check } from './subject.ts';
import { claims, initMounts, mounts } from './volumes.ts';
import { imageUsers, writablePaths } from './writes.ts';

/** Every question verify puts to manifests, those first whose answer explains the most. */
export const checks: readonly Check[] = [
  ...[duplicates, unusedNamespace, podSecurityLabels],
  ...[connections, pairs, bothEnds, oneForTwo, connectionsAllowed, entriesAllowed, namesAllowed],
  ...[targets, servicePortsTwice, nodePortsTwice, oddPorts, routes, certificates, chatRoutes],
  ...[openedPorts, containerPortsTwice, probePorts, probePaths, probedPorts],
  ...[environments, envReferences, envTwice, serviceLinks, images, imageTags],
  ...[configuration, claimsUsed, accounts, governingServices, autoscalers, budgets, emptyWorkloads],
  ...[selectsNothing, ownPods, selectsSeveral, selectorOfAnother, spreads],
  ...[rulePorts, ruleForms, openPorts, rolePorts],
  ...[mounts, writablePaths, imageUsers, claims, initMounts],
  ...[executables, scriptVariables, commandFiles, probeCommands],
  ...[quantities, claimSizes, scratchSizes, memorySettings, replicas, grace],
  ...[hardening, tokens],
  ...[names, manager, wholes, components, copies, users, unreadyServices, immutableSecrets, namespaces],
];

import { commandFiles, executables, probeCommands, scriptVariables } from './commands.ts';
import { connections, pairs } from './connections.ts';
import {
  containerPortsTwice,
  environments,
  envReferences,
  envTwice,
  images,
  imageTags,
  openedPorts,
  serviceLinks,
} from './containers.ts';
import { hardening, tokens } from './hardening.ts';
import { certificates, chatRoutes, routes } from './ingress.ts';
import { duplicates, podSecurityLabels, unusedNamespace } from './objects.ts';
import { immutableSecrets, labels, names, namespaces, unreadyServices, users } from './ours.ts';
import {
  connectionsAllowed,
  entriesAllowed,
  namesAllowed,
  openPorts,
  ruleForms,
  rulePorts,
} from './policies.ts';
import { probePaths, probePorts } from './probes.ts';
import {
  accounts,
  autoscalers,
  budgets,
  claimsUsed,
  configuration,
  governingServices,
} from './references.ts';
import { claimSizes, grace, scratchSizes, memorySettings, quantities, replicas } from './resources.ts';
import { bothEnds, oneForTwo } from './secrets.ts';
import { ownPods, selectorOfAnother, selectsNothing, selectsSeveral, spreads } from './selectors.ts';
import { nodePortsTwice, oddPorts, servicePortsTwice, targets } from './services.ts';
import type { Check } from './subject.ts';
import { claims, initMounts, mounts, writablePaths } from './volumes.ts';

/** Every question verify puts to manifests, those first whose answer explains the most. */
export const checks: readonly Check[] = [
  ...[duplicates, unusedNamespace, podSecurityLabels],
  ...[connections, pairs, bothEnds, oneForTwo, connectionsAllowed, entriesAllowed, namesAllowed],
  ...[targets, servicePortsTwice, nodePortsTwice, oddPorts, routes, certificates, chatRoutes],
  ...[openedPorts, containerPortsTwice, probePorts, probePaths],
  ...[environments, envReferences, envTwice, serviceLinks, images, imageTags],
  ...[configuration, claimsUsed, accounts, governingServices, autoscalers, budgets],
  ...[selectsNothing, ownPods, selectsSeveral, selectorOfAnother, spreads],
  ...[rulePorts, ruleForms, openPorts],
  ...[mounts, writablePaths, claims, initMounts],
  ...[executables, scriptVariables, commandFiles, probeCommands],
  ...[quantities, claimSizes, scratchSizes, memorySettings, replicas, grace],
  ...[hardening, tokens],
  ...[names, labels, users, unreadyServices, immutableSecrets, namespaces],
];

import { executables } from './commands.ts';
import { connections, pairs } from './connections.ts';
import { duplicateContainerPorts, images, imageTags, openedPorts } from './containers.ts';
import { namesAllowed } from './dns.ts';
import { environments, envReferences, duplicateEnv, serviceLinks } from './environment.ts';
import { hardening, tokens } from './hardening.ts';
import { certificates, routes } from './ingress.ts';
import { duplicateObjects, podSecurityLabels, unusedNamespace } from './objects.ts';
import { oddPorts } from './odd-ports.ts';
import { accounts, autoscalers, budgets, claimsUsed, emptyWorkloads, governingServices } from './owners.ts';
import { connectionsAllowed, entriesAllowed } from './policies.ts';
import { ruleForms } from './policy-forms.ts';
import { openPorts, rolePorts, rulePorts } from './policy-ports.ts';
import { probedPorts, probePaths, probePorts } from './probes.ts';
import { configuration } from './references.ts';
import { claimSizes, memorySettings, quantities, replicas, scratchSizes } from './resources.ts';
import { commandFiles, probeCommands, scriptVariables } from './scripts.ts';
import { saidPrograms } from './said-programs.ts';
import { bothEnds, oneForTwo } from './secrets.ts';
import { ownPods, selectorOfAnother, selectsNothing, selectsSeveral, spreads } from './selectors.ts';
import { duplicateNodePorts, duplicateServicePorts, targets } from './services.ts';
import type { Check } from './subject.ts';
import { claims, initMounts, mounts } from './volumes.ts';
import { imageUsers, writablePaths } from './writes.ts';

/** Every general check, those first whose findings explain the most. */
export const checks: readonly Check[] = [
  ...[duplicateObjects, unusedNamespace, podSecurityLabels],
  ...[connections, pairs, bothEnds, oneForTwo, connectionsAllowed, entriesAllowed, namesAllowed],
  ...[targets, duplicateServicePorts, duplicateNodePorts, oddPorts, routes, certificates],
  ...[openedPorts, duplicateContainerPorts, probePorts, probePaths, probedPorts],
  ...[environments, envReferences, duplicateEnv, serviceLinks, images, imageTags],
  ...[configuration, claimsUsed, accounts, governingServices, autoscalers, budgets, emptyWorkloads],
  ...[selectsNothing, ownPods, selectsSeveral, selectorOfAnother, spreads],
  ...[rulePorts, ruleForms, openPorts, rolePorts],
  ...[mounts, writablePaths, imageUsers, claims, initMounts],
  ...[saidPrograms, executables, scriptVariables, commandFiles, probeCommands],
  ...[quantities, claimSizes, scratchSizes, memorySettings, replicas],
  ...[hardening, tokens],
];

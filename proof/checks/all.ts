import { classes } from './classes.ts';
import { executables } from './commands.ts';
import { shortAliases } from './aliases.ts';
import { attachments } from './attachments.ts';
import { bindings } from './bindings.ts';
import { connections, pairs } from './connections.ts';
import { customReferences } from './custom-references.ts';
import { duplicateContainerPorts, images, imagesGiven, imageTags, openedPorts } from './containers.ts';
import { namesAllowed } from './dns.ts';
import { environments, envReferences, duplicateEnv } from './environment.ts';
import { unexpanded } from './expansion.ts';
import { autoscalerRequests, autoscalers } from './autoscaling.ts';
import { listening } from './listening.ts';
import { logins } from './logins.ts';
import { regexPaths, rewrites } from './rewrites.ts';
import { scrapedPorts } from './scraped-ports.ts';
import { secretTexts } from './secret-texts.ts';
import { linksBesideHosts, serviceLinks } from './service-links.ts';
import { volumeOwners } from './volume-owners.ts';
import { hardening } from './hardening.ts';
import { imageLinks } from './image-links.ts';
import { imageProblems, rootImages } from './image-problems.ts';
import { imageScratch } from './image-scratch.ts';
import { schemes } from './schemes.ts';
import { certificates } from './ingress.ts';
import { gatewayReferences } from './gateway-routes.ts';
import { routes } from './route-targets.ts';
import { duplicateObjects, podSecurityLabels, unusedNamespace } from './objects.ts';
import { meshGateways, subsets } from './mesh.ts';
import { monitors } from './monitors.ts';
import { oddPorts } from './odd-ports.ts';
import { accounts, budgets, claimsUsed, emptyWorkloads, governingServices } from './owners.ts';
import { connectionsAllowed, entriesAllowed } from './policies.ts';
import { ruleForms } from './policy-forms.ts';
import { openPorts, rolePorts, rulePorts } from './policy-ports.ts';
import { probedPorts, probePaths, probePorts, probeZeros } from './probes.ts';
import { configuration, subPaths } from './references.ts';
import { claimSizes, memorySettings, quantities, replicas, scratchSizes } from './resources.ts';
import { commandFiles, probeCommands, scriptVariables } from './scripts.ts';
import { saidPrograms } from './said-programs.ts';
import { bothEnds, oneForTwo } from './secrets.ts';
import { ownPods, selectorOfAnother, selectsNothing, selectsSeveral, spreads } from './selectors.ts';
import { duplicateNodePorts, duplicateServicePorts, targets } from './services.ts';
import { stopping } from './stopping.ts';
import type { Check } from './subject.ts';
import { claims, initMounts, mounts } from './volumes.ts';
import { probeSchemes, tlsOfRoutes, tlsOfUrls } from './tls.ts';
import { toldFlags } from './told-flags.ts';
import { imageUsers, writablePaths } from './writes.ts';

/** Every general check, those first whose findings explain the most. */
export const checks: readonly Check[] = [
  ...[duplicateObjects, unusedNamespace, podSecurityLabels],
  ...[
    connections,
    schemes,
    tlsOfUrls,
    tlsOfRoutes,
    probeSchemes,
    pairs,
    bothEnds,
    logins,
    oneForTwo,
    connectionsAllowed,
    entriesAllowed,
    namesAllowed,
  ],
  ...[
    targets,
    duplicateServicePorts,
    duplicateNodePorts,
    oddPorts,
    routes,
    gatewayReferences,
    attachments,
    meshGateways,
    subsets,
    shortAliases,
    rewrites,
    regexPaths,
    certificates,
  ],
  ...[
    openedPorts,
    listening,
    toldFlags,
    duplicateContainerPorts,
    probePorts,
    probePaths,
    probedPorts,
    probeZeros,
  ],
  ...[
    environments,
    envReferences,
    unexpanded,
    duplicateEnv,
    serviceLinks,
    linksBesideHosts,
    imageLinks,
    imageProblems,
    secretTexts,
    images,
    imagesGiven,
    imageTags,
  ],
  ...[
    configuration,
    claimsUsed,
    accounts,
    bindings,
    governingServices,
    autoscalers,
    autoscalerRequests,
    budgets,
    emptyWorkloads,
    classes,
    customReferences,
    scrapedPorts,
    monitors,
    subPaths,
    stopping,
  ],
  ...[selectsNothing, ownPods, selectsSeveral, selectorOfAnother, spreads],
  ...[rulePorts, ruleForms, openPorts, rolePorts],
  ...[mounts, writablePaths, imageScratch, volumeOwners, imageUsers, rootImages, claims, initMounts],
  ...[saidPrograms, executables, scriptVariables, commandFiles, probeCommands],
  ...[quantities, claimSizes, scratchSizes, memorySettings, replicas],
  hardening,
];

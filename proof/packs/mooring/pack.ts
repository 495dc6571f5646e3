import type { Pack } from '../../checks/subject.ts';
import {
  modelProbes,
  policyRules,
  policyScopes,
  serviceSelectors,
  writtenNamespaces,
} from './completeness.ts';
import { mooringHardening, mooringTokens } from './hardening.ts';
import { components, copies, manager, wholes } from './labels.ts';
import { immutableSecrets, names, namespaces, unreadyServices, users } from './mooring-conventions.ts';
import { policyRoles } from './roles.ts';

/** Mooring's conventions, checked on objects whose labels say that Mooring rendered them. */
export const mooringPack: Pack = {
  checks: [
    ...[policyRoles, mooringHardening, mooringTokens, names],
    ...[manager, wholes, components, copies],
    ...[policyScopes, policyRules, serviceSelectors, writtenNamespaces, modelProbes],
    ...[users, unreadyServices, immutableSecrets, namespaces],
  ],
};

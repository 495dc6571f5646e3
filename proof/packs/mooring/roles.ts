import { roleLabel } from '../../../model/names.ts';
import { nearest } from '../../../model/nearest.ts';
import type { Outsider } from '../../../model/stack.ts';
import { peersField, rulesField } from '../../checks/policies.ts';
import { called, type Check } from '../../checks/subject.ts';
import { slipOf } from '../../changes.ts';
import type { Fault } from '../../findings.ts';
import { placeIn } from '../../graph/objects.ts';
import { directionsOf, rulesOf, type Policy } from '../../graph/policies.ts';
import type { Place } from '../../source.ts';

const roles: readonly Outsider[] = ['operator', 'monitoring'];

/** A policy that selects namespaces by role must name a role that exists. */
export const policyRoles: Check = ({ graph }) =>
  graph.ofKind('NetworkPolicy').flatMap((policy) =>
    directionsOf(policy).flatMap((direction) =>
      rulesOf(policy, direction).flatMap(({ peers }, rule) =>
        peers.flatMap(({ namespaceSelector }, position) => {
          const peer = ['spec', rulesField[direction], rule, peersField[direction], position];
          return roleFaults(
            policy,
            namespaceSelector?.matchLabels[roleLabel],
            placeIn(policy, ...peer, 'namespaceSelector', 'matchLabels', roleLabel),
          );
        }),
      ),
    ),
  );

function roleFaults(policy: Policy, role: string | undefined, here: Place): Fault[] {
  if (role === undefined || roles.some((known) => known === role)) return [];
  const near = nearest(role, roles);
  return [
    {
      code: 'POLICY_ROLE',
      message: `${called(policy)} lets in namespaces with ${roleLabel}=${role}, and there is no such role.`,
      here,
      fix: `Write ${near ?? roles.join(' or ')}.`,
      ...slipOf(here, role, roles),
    },
  ];
}

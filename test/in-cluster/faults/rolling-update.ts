import { expect } from 'vitest';
import { serviceOf } from '../../../model/environment.ts';
import { selectorOf } from '../../../model/labels.ts';
import { workloadName } from '../../../model/names.ts';
import { httpPaths } from '../../../contract/services/backend.ts';
import { backendName, backendPorts } from '../../../contract/services/backend-ports.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';
import { absencesOf, awayTooLong, crowdDuring, storyOf } from './crowd.ts';
import { nothingLostOrTwice } from './nothing-lost.ts';

const clientCount = 200;

/**
 * Replaces every pod of the backend while 200 clients chat. Asserts that no acknowledged message is lost, none is
 * stored, answered or shown twice, and that every client was back within 5 s. Prints how long they were away. Their
 * WebSockets go to ready pods only and their questions to all, which is how an Ingress leads them (ADR 0003).
 */
export async function rollsUnderClients(stack: DeployedStack): Promise<void> {
  const socketsUrl = await openToReadyPods(stack);
  const chatters = await crowdDuring(stack, { count: clientCount, socketsUrl }, () => roll(stack));
  const absences = absencesOf(chatters);
  const [middle, longest] = [absences[Math.floor(absences.length / 2)], absences.at(-1)];
  const acknowledged = chatters.reduce((sum, { client }) => sum + client.acknowledged.size, 0);
  console.log(
    `${clientCount} clients, ${acknowledged} messages acknowledged, ${absences.length} reconnects; away ` +
      `${Math.round(middle?.ms ?? 0)} ms (median), ${Math.round(longest?.ms ?? 0)} ms (longest).`,
  );
  if (longest !== undefined) console.log(`The longest: ${storyOf(longest)}`);
  // Every pod was replaced, so nobody kept a connection.
  expect(chatters.filter(({ client }) => client.gaps.length === 0)).toEqual([]);
  expect(awayTooLong(chatters)).toEqual([]);
  for (const chatter of chatters) await nothingLostOrTwice(socketsUrl, chatter);
}

const readyNodePort = 30_086;

/** Makes the Service that an Ingress leads WebSockets to reachable from here; answers its URL once it leads to a pod. */
async function openToReadyPods({ stack, kubectl, chatUrl }: DeployedStack): Promise<string> {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'ready-pods' },
    spec: {
      type: 'NodePort',
      selector: selectorOf(stack, serviceOf(stack, backendName)),
      ports: [{ port: backendPorts.http.containerPort, targetPort: 'http', nodePort: readyNodePort }],
    },
  };
  await kubectl(['apply', '-f', '-'], JSON.stringify(service));
  const url = new URL(chatUrl);
  url.port = String(readyNodePort);
  // kube-proxy writes a new Service's rules after its endpoints are known.
  await until(
    'the new Service to lead to a pod',
    async () => (await fetch(new URL(httpPaths.status, url))).ok,
  );
  return url.origin;
}

/** Resolves when the last old pod is gone, and with it the last connection it had. */
async function roll({ stack, kubectl, pods }: DeployedStack): Promise<void> {
  const deployment = `deployment/${workloadName(stack.name, backendName)}`;
  const backends = async () => (await pods()).filter(({ service }) => service === backendName);
  const old = new Set((await backends()).map(({ uid }) => uid));
  await kubectl(['rollout', 'restart', deployment]);
  await kubectl(['rollout', 'status', deployment, '--timeout=240s']);
  await until('the old pods to be gone', async () => (await backends()).every(({ uid }) => !old.has(uid)));
}

import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { kindConfig } from '../charts-ts/kind-config.ts';
import { serviceOf } from '../model/environment.ts';
import { isWorkload, type Stack } from '../model/stack.ts';
import { workloadName } from '../model/names.ts';
import { stringifyYaml } from '../charts-ts/yaml.ts';
import { backendName } from '../contract/services/backend-ports.ts';
import { backendImage } from '../contract/services/backend.ts';
import { buildArguments } from './programs.ts';

/** The cluster `npm run kind` keeps; kind calls its context `kind-<name>`. */
export const kindClusterName = 'mooring';
export const kindContext = `kind-${kindClusterName}`;

const configFile = 'kind-config.yaml';
/** The node pulls the stores' images from the internet. */
const patience = '--timeout=15m';

export interface Step {
  /** The progress line. */
  readonly says: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** For its standard input. */
  readonly input?: string;
}

/**
 * The steps that bring a stack up on kind; its manifests are in `folder`. An existing cluster is kept, with its data,
 * and the backend is restarted, since a new image has the old one's name.
 */
export function kindPlan(stack: Stack, folder: string, clusterIsThere: boolean): Step[] {
  const backend = workloadName(stack.name, backendName);
  const kubectl = (says: string, ...args: string[]): Step => ({
    says,
    command: ['kubectl', '--context', kindContext, ...args],
  });
  const inNamespace = ['--namespace', stack.namespace];
  return [
    ...(clusterIsThere ? [] : [createCluster(stack)]),
    ...ownImage(stack),
    kubectl('Applying the manifests', 'apply', '-f', folder),
    ...(clusterIsThere
      ? [
          kubectl(
            'Restarting the backend on its new image',
            'rollout',
            'restart',
            `deployment/${backend}`,
            ...inNamespace,
          ),
        ]
      : []),
    ...stack.services
      .filter(isWorkload)
      .map(({ name, kind }) =>
        kubectl(
          `Waiting for ${name}`,
          'rollout',
          'status',
          `${kind === 'stateful' ? 'statefulset' : 'deployment'}/${workloadName(stack.name, name)}`,
          ...inNamespace,
          patience,
        ),
      ),
  ];
}

/** The checked-in configuration maps the default stack's ports; another stack's goes to standard input. */
function createCluster(stack: Stack): Step {
  const config = kindConfig(stack);
  const create = ['create', 'cluster', '--name', kindClusterName, '--config'];
  const says = `Creating the cluster "${kindClusterName}"`;
  return isCheckedIn(config)
    ? { says, command: ['kind', ...create, configFile] }
    : { says, command: ['kind', ...create, '-'], input: stringifyYaml(config) };
}

function isCheckedIn(config: object): boolean {
  try {
    deepStrictEqual(parse(readFileSync(configFile, 'utf8')), config);
    return true;
  } catch {
    return false;
  }
}

/** Builds and loads the app's image only if the stack runs it: another image must be on the node already. */
function ownImage(stack: Stack): Step[] {
  const backend = serviceOf(stack, backendName);
  if (!isWorkload(backend) || backend.container.image !== backendImage) return [];
  return [
    { says: 'Building the image of the app', command: ['docker', 'build', ...buildArguments(backendImage)] },
    {
      says: 'Loading it onto the node',
      command: ['kind', 'load', 'docker-image', backendImage, '--name', kindClusterName],
    },
  ];
}

/** Where kind maps the chat to on this machine; undefined for a stack without a node port. */
export function chatUrlOnKind(stack: Stack): string | undefined {
  const { hostPort, nodePort } = serviceOf(stack, backendName).ports['http'] ?? {};
  return hostPort === undefined || nodePort === undefined ? undefined : `http://localhost:${hostPort}`;
}

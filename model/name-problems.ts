import { duplicates } from './duplicates.ts';
import { jobsOf } from './jobs.ts';
import { isWorkload, type Service, type FilledStack } from './stack.ts';
import {
  ingressHostProblem,
  jobNameLength,
  labelProblem,
  objectNameProblem,
  secretKeyProblem,
  suffixes,
  workloadName,
  workloadNameLength,
} from './names.ts';

/** Names of the stack's own objects that Kubernetes would refuse. */
export function nameProblems(stack: FilledStack): string[] {
  const named: [what: string, name: string, max?: number][] = [
    ['The stack name', stack.name],
    ['The namespace', stack.namespace],
    ...stack.services.map((service): [string, string] => ['The service name', service.name]),
    ...stack.services
      .filter(isWorkload)
      .map((service): [string, string, number] => [
        'The workload name',
        workloadName(stack.name, service.name),
        workloadNameLength,
      ]),
    ...jobsOf(stack).map(({ name }): [string, string, number] => [
      'The Job name',
      workloadName(stack.name, name),
      jobNameLength,
    ]),
  ];
  return named.flatMap(([what, name, max]) => {
    const problem = labelProblem(name, max);
    return problem ? [`${what} "${name}" ${problem}.`] : [];
  });
}

/**
 * A service `queue-peers` beside `queue` would render two Services of one name, and one would be lost silently. The pods of
 * a Job `seed` of `queue` have the labels that those of a service `queue-seed` would have.
 */
export function derivedNameProblems(stack: FilledStack): string[] {
  const names = stack.services.filter(isWorkload).map((service) => service.name);
  const jobs = jobsOf(stack);
  const claims = [
    ...names.map((name): [string, string] => [name, `service "${name}"`]),
    ...jobs.map(({ name, service, job }): [string, string] => [
      name,
      `Job "${job.name}" of service "${service.name}"`,
    ]),
  ];
  return [
    ...names.flatMap((name) =>
      Object.values(suffixes)
        .map((suffix) => `${name}-${suffix}`)
        .filter((derived) => names.includes(derived))
        .map((derived) => `The service name "${derived}" is taken by an object derived from "${name}".`),
    ),
    ...duplicates(
      claims.filter(([claimed]) => jobs.some(({ name }) => name === claimed)),
      'The pod label',
    ),
  ];
}

/** Names the stack refers to that Kubernetes would refuse: Secrets, their keys, classes, hosts. */
export function referenceProblems(stack: FilledStack): string[] {
  return [
    ...problem('The Secret', stack.existingSecret, objectNameProblem),
    ...(stack.imagePullSecrets ?? []).flatMap((name) => problem('The pull secret', name, objectNameProblem)),
    ...stack.services.flatMap((service) =>
      [...secretProblems(service), ...ingressProblems(service)].map(
        (words) => `Service "${service.name}": ${words}`,
      ),
    ),
  ];
}

function secretProblems({ secrets = {} }: Service): string[] {
  return Object.values(secrets).flatMap(({ ref }) => [
    ...problem('the Secret', ref?.name, objectNameProblem),
    ...problem('the key', ref?.key, secretKeyProblem),
  ]);
}

function ingressProblems(service: Service): string[] {
  if (service.kind !== 'stateless' || !service.ingress) return [];
  const { host, port, className, tlsSecret } = service.ingress;
  return [
    ...problem("the Ingress' host", host, ingressHostProblem),
    ...problem("the Ingress' class", className, objectNameProblem),
    ...problem("the Ingress' Secret", tlsSecret, objectNameProblem),
    ...(port in service.ports ? [] : [`the Ingress leads to port "${port}", which it does not have.`]),
  ];
}

function problem(
  what: string,
  name: string | undefined,
  check: (name: string) => string | undefined,
): string[] {
  const why = name === undefined ? undefined : check(name);
  return why === undefined ? [] : [`${what} "${name}" ${why}.`];
}

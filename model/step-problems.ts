import { duplicates } from './duplicates.ts';
import { imageProblems } from './image-repository.ts';
import { labelProblem } from './names.ts';
import { resourceProblems } from './resource-problems.ts';
import type { InitStep, Job, Mounting, Step, Workload } from './stack.ts';

/** Contradictions in an init step of a service. */
export function initProblems(service: Workload, step: InitStep): string[] {
  const what = `the init step "${step.name}"`;
  return [
    ...stepProblems(service, step).map((problem) => `${what}${problem}`),
    ...mountProblems(service, step, what),
  ];
}

/** Contradictions in a Job of a service. */
export function jobProblems(service: Workload, job: Job): string[] {
  const { name, backoffLimit = 0, activeDeadlineSeconds = 1 } = job;
  const problems = [
    ...stepProblems(service, job),
    ...(Number.isInteger(backoffLimit) && backoffLimit >= 0
      ? []
      : [`: its backoffLimit is ${backoffLimit}; expected a whole number from 0.`]),
    ...(Number.isInteger(activeDeadlineSeconds) && activeDeadlineSeconds >= 1
      ? []
      : [`: its activeDeadlineSeconds is ${activeDeadlineSeconds}; expected a whole number from 1.`]),
  ];
  return problems.map((problem) => `the Job "${name}"${problem}`);
}

/** Contradictions in where a container mounts the volumes of its service. */
export function mountProblems(
  { container: { volumes = [] } }: Workload,
  { mounts = {} }: Mounting,
  what: string,
): string[] {
  const paths = volumes.map((volume): [string, string] => [
    mounts[volume.name] ?? volume.path,
    `volume "${volume.name}"`,
  ]);
  return [
    ...Object.keys(mounts)
      .filter((mounted) => !volumes.some((volume) => volume.name === mounted))
      .map((mounted) => `${what} mounts volume "${mounted}", which it does not have.`),
    ...(Object.keys(mounts).length > 0 ? duplicates(paths, `${what}: path`) : []),
  ];
}

/** Contradictions in what every step has. Each continues the words for the step. */
export const stepProblems = (service: Workload, step: Step): string[] => [
  ...[labelProblem(step.name)].flatMap((problem) => (problem === undefined ? [] : ` ${problem}.`)),
  ...commandProblems(step),
  ...environmentProblems(service, step),
  ...[
    ...(step.image === undefined ? [] : imageProblems(step.image)),
    ...(step.resources ? resourceProblems(step.resources) : []),
  ].map((problem) => `: ${problem}`),
];

function commandProblems({ image, command = [], args = [] }: Step): string[] {
  if (image !== undefined || command.length + args.length > 0) return [];
  return [
    ' has no command: it would run the service itself, which does not end. Give it a command or an image.',
  ];
}

const environments: readonly unknown[] = [undefined, 'service'] satisfies InitStep['environment'][];

function environmentProblems({ name, variables = {} }: Workload, { environment }: Step): string[] {
  if (!environments.includes(environment))
    return [` asks for the environment "${String(environment)}"; expected "service", or nothing.`];
  return environment === 'service' && Object.keys(variables).length === 0
    ? [` asks for the environment of "${name}", which reads no variable.`]
    : [];
}

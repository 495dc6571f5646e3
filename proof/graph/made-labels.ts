import type { Labels } from './selectors.ts';
import type { Workload } from './workloads.ts';

type Made = (workload: Workload, value: string) => boolean;

const isPodOf: Made = ({ kind, name, replicas }, value) =>
  kind === 'StatefulSet' &&
  value.slice(0, value.lastIndexOf('-')) === name &&
  Number(value.slice(value.lastIndexOf('-') + 1)) < replicas;

const isJobOf: Made = ({ kind, name }, value) =>
  (kind === 'Job' && value === name) || (kind === 'CronJob' && value.startsWith(`${name}-`));

const anyValue: Made = () => true;

/** Labels that controllers give to pods besides those of the template, and whether a workload's pods have a value. */
const made: Readonly<Record<string, Made>> = {
  'statefulset.kubernetes.io/pod-name': isPodOf,
  'apps.kubernetes.io/pod-index': ({ kind, replicas }, value) =>
    kind === 'StatefulSet' && Number(value) < replicas,
  'job-name': isJobOf,
  'batch.kubernetes.io/job-name': isJobOf,
  'batch.kubernetes.io/job-completion-index': anyValue,
  'batch.kubernetes.io/controller-uid': anyValue,
  'controller-uid': anyValue,
  'controller-revision-hash': anyValue,
  'pod-template-generation': anyValue,
  'pod-template-hash': anyValue,
};

/** The labels of a selector that a template writes, and whether a workload's pods are given the others. */
export function withoutMade(wanted: Labels): {
  readonly written: Labels;
  readonly isGiven: (workload: Workload) => boolean;
} {
  const entries = Object.entries(wanted);
  const others = entries.filter(([key]) => Object.hasOwn(made, key));
  if (others.length === 0) return { written: wanted, isGiven: () => true };
  return {
    written: Object.fromEntries(entries.filter(([key]) => !Object.hasOwn(made, key))),
    isGiven: (workload) => others.every(([key, value]) => made[key]?.(workload, value)),
  };
}

import { removing } from '../../changes.ts';
import {
  atMostOne,
  isSet,
  listedWith,
  numberAt,
  partAt,
  quoted,
  refuseIf,
  textAt,
  type Part,
  type Refusal,
  type Rule,
} from './refusal.ts';
import { scheduleProblem } from './schedule.ts';

/** What the API server says of what runs pods, and of their budgets and autoscalers. */

const templatePod = ['template', 'spec'];

/** What keeps its pods running restarts them always, and has no end for them. */
export const keepsRunning: Rule = (spec) => {
  const policy = textAt(spec, ...templatePod, 'restartPolicy') ?? 'Always';
  return [
    ...refuseIf(policy === 'OnFailure' || policy === 'Never', () => ({
      at: [...templatePod, 'restartPolicy'],
      what: `is ${quoted(policy)}; here it must be Always, which only a Job or CronJob and a Pod may change`,
      fix: 'Remove restartPolicy, or make it a Job if the pods are to end.',
      mend: removing,
    })),
    ...refuseIf(isSet(spec, ...templatePod, 'activeDeadlineSeconds'), () => ({
      at: [...templatePod, 'activeDeadlineSeconds'],
      what: 'is allowed only in a Job or CronJob and a Pod',
      fix: 'Remove it.',
      mend: removing,
    })),
  ];
};

/** What is not said of a selector is an empty one, which would select every pod. */
export const selectsSome: Rule = (spec) => {
  const { matchLabels, matchExpressions } = partAt(spec, 'selector');
  const terms = [matchLabels, matchExpressions].flatMap((one) => Object.keys(one ?? {}));
  return refuseIf(isSet(spec, 'selector') && terms.length === 0, () => ({
    at: ['selector'],
    absent: true,
    what: 'is empty; it must select the labels of the template',
    fix: 'Write selector.matchLabels with labels of the template.',
  }));
};

/** The pods of a Job end, so they say what is done when one fails. */
export const endsPods: Rule = (spec) => {
  const policy = textAt(spec, ...templatePod, 'restartPolicy') ?? 'Always';
  return refuseIf(policy === 'Always' && isSet(spec, ...templatePod), () => ({
    at: [...templatePod, 'restartPolicy'],
    what: `is ${isSet(spec, ...templatePod, 'restartPolicy') ? quoted(policy) : 'nothing, which means Always'}; in a Job it must be OnFailure or Never`,
    fix: 'Write restartPolicy: OnFailure or Never.',
  }));
};

/** A Job is given its selector. */
export const givenSelector: Rule = (job) => {
  const isChosen = isSet(job, 'spec', 'selector') && !isOwnSelector(job);
  return refuseIf(isChosen && partAt(job, 'spec')['manualSelector'] !== true, () => ({
    at: ['spec', 'selector'],
    what: 'is allowed only with manualSelector: true; Kubernetes makes the selector of a Job',
    fix: 'Remove selector.',
    mend: removing,
  }));
};

/** A Job that is read from a cluster has the selector that Kubernetes made: its own uid. */
const isOwnSelector = (job: Part): boolean =>
  Object.values(partAt(job, 'spec', 'selector', 'matchLabels')).every(
    (value) => value === partAt(job, 'metadata')['uid'],
  ) && isSet(job, 'metadata', 'uid');

/** The Jobs of a CronJob are always given theirs. */
export const templateSelector: Rule = (template) =>
  ['selector', 'manualSelector']
    .filter((field) => isSet(template, 'spec', field) && partAt(template, 'spec')[field] !== false)
    .map((field) => ({
      at: ['spec', field],
      what: 'is not allowed in a CronJob: Kubernetes makes the selectors of its Jobs',
      fix: `Remove ${field}.`,
      mend: removing,
    }));

/** Pods by index. */
export const indexed: Rule = (spec) => {
  const isIndexed = spec['completionMode'] === 'Indexed';
  return [
    ...refuseIf(isIndexed && isSet(spec, 'parallelism') && !isSet(spec, 'completions'), () => ({
      at: ['completions'],
      what: 'is missing; with completionMode Indexed it must be there',
      fix: 'Write completions.',
    })),
    ...['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy']
      .filter((field) => isSet(spec, field) && !isIndexed)
      .map((field) => ({
        at: [field],
        what: 'is allowed only with completionMode: Indexed',
        fix: `Remove ${field}, or write completionMode: Indexed and completions.`,
      })),
  ];
};

/** When a CronJob runs. */
export const schedule: Rule = (spec) => {
  const [text, zone] = [textAt(spec, 'schedule'), textAt(spec, 'timeZone')];
  const problem = text === undefined ? undefined : scheduleProblem(text);
  return [
    ...refuseIf(problem, () => ({
      at: ['schedule'],
      what: `is ${quoted(text)}, which is no schedule: ${problem ?? ''}`,
      fix: 'Write five fields, such as "*/15 * * * *", or a word such as @daily.',
    })),
    ...refuseIf(zone !== undefined && !isTimeZone(zone), () => ({
      at: ['timeZone'],
      what: `is ${quoted(zone)}, which is no time zone`,
      fix: 'Write a name of the IANA time zone database, such as Europe/Berlin.',
    })),
  ];
};

function isTimeZone(name: string): boolean {
  if (name.toLowerCase() === 'local') return false;
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const share = /^[0-9]+%$/;

/** Numbers, or shares of all pods; some at most all. */
const shares = (part: Part, fields: Readonly<Record<string, boolean>>): readonly Refusal[] =>
  Object.entries(fields).flatMap(([field, atMostAll]) => {
    const [text, number] = [textAt(part, field), numberAt(part, field)];
    const isRight = text === undefined ? (number ?? 0) >= 0 : share.test(text);
    const isMore = atMostAll && text !== undefined && isRight && Number(text.slice(0, -1)) > 100;
    return refuseIf(!isRight || isMore, () => ({
      at: [field],
      what: `is ${quoted(part[field])}; expected a whole number, or a percentage${atMostAll ? ' up to 100%' : ''}`,
      fix: `Write a whole number such as 1, or a percentage such as 25%.`,
    }));
  });

const isNothing = (amount: unknown): boolean =>
  amount === 0 || (typeof amount === 'string' && /^0+%$/.test(amount));

/** How the pods of a Deployment are replaced. */
export const deploymentStrategy: Rule = (strategy) => {
  const rolling = partAt(strategy, 'rollingUpdate');
  return [
    ...refuseIf(strategy['type'] === 'Recreate' && isSet(strategy, 'rollingUpdate'), () => ({
      at: ['rollingUpdate'],
      what: 'is allowed only with type RollingUpdate; the type is Recreate',
      fix: 'Remove rollingUpdate, or write type: RollingUpdate.',
      there: ['type'],
    })),
    ...within('rollingUpdate', shares(rolling, { maxSurge: false, maxUnavailable: true })),
    ...refuseIf(isNothing(rolling['maxSurge']) && isNothing(rolling['maxUnavailable']), () => ({
      at: ['rollingUpdate'],
      what: 'has maxSurge and maxUnavailable 0: no pod could ever be replaced',
      fix: 'Write at least 1 for maxSurge or maxUnavailable.',
    })),
  ];
};

const within = (field: string, refusals: readonly Refusal[]): readonly Refusal[] =>
  refusals.map((refusal) => ({ ...refusal, at: [field, ...refusal.at] }));

export const progressDeadline: Rule = (spec) => {
  const [deadline, ready] = [
    numberAt(spec, 'progressDeadlineSeconds'),
    numberAt(spec, 'minReadySeconds') ?? 0,
  ];
  return refuseIf(deadline !== undefined && deadline >= 0 && deadline <= ready, () => ({
    at: ['progressDeadlineSeconds'],
    what: `is ${deadline ?? ''}; it must be more than minReadySeconds, ${ready}`,
    fix: `Write more than ${ready}.`,
  }));
};

export const statefulSetStrategy: Rule = (strategy) =>
  refuseIf(strategy['type'] === 'OnDelete' && isSet(strategy, 'rollingUpdate'), () => ({
    at: ['rollingUpdate'],
    what: 'is allowed only with type RollingUpdate; the type is OnDelete',
    fix: 'Remove rollingUpdate, or write type: RollingUpdate.',
    there: ['type'],
  }));

/** One pod of a node is unavailable at once, unless it says 0. */
export const daemonSetStrategy: Rule = (strategy) => {
  const { maxSurge = 0, maxUnavailable = 1 } = partAt(strategy, 'rollingUpdate');
  if (!isSet(strategy, 'rollingUpdate') || strategy['type'] === 'OnDelete') return [];
  const rolling = partAt(strategy, 'rollingUpdate');
  return [
    ...within('rollingUpdate', shares(rolling, { maxSurge: true, maxUnavailable: true })),
    ...refuseIf(!isNothing(maxSurge) && !isNothing(maxUnavailable), () => ({
      at: ['rollingUpdate', 'maxSurge'],
      what: `is ${quoted(maxSurge)} while maxUnavailable is ${quoted(maxUnavailable)}; one of them must be 0`,
      fix: 'Write maxUnavailable: 0, or remove maxSurge.',
    })),
    ...refuseIf(isNothing(maxSurge) && isNothing(maxUnavailable), () => ({
      at: ['rollingUpdate'],
      what: 'has maxSurge and maxUnavailable 0: no pod could ever be replaced',
      fix: 'Write at least 1 for maxSurge or maxUnavailable.',
    })),
  ];
};

/** A budget says how many stay or how many may go. */
export const disruptionBudget: Rule = (spec) => [
  ...atMostOne('minAvailable', 'maxUnavailable')(spec),
  ...shares(spec, { minAvailable: true, maxUnavailable: true }),
];

export const autoscalerBounds: Rule = (spec) => {
  const [least, most] = [numberAt(spec, 'minReplicas'), numberAt(spec, 'maxReplicas')];
  return refuseIf(least !== undefined && most !== undefined && most < least && most > 0, () => ({
    at: ['maxReplicas'],
    what: `is ${most ?? ''}, fewer than minReplicas, ${least ?? ''}`,
    fix: `Write at least ${least ?? ''}, or lower minReplicas.`,
    there: ['minReplicas'],
  }));
};

const sources: Readonly<Record<string, string>> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
};

/** A metric has the source of its type, and no other. */
export const metricSource: Rule = (metric) => {
  const type = textAt(metric, 'type') ?? '';
  const wanted = sources[type];
  if (wanted === undefined) return [];
  const others = Object.values(sources).filter((field) => field !== wanted && isSet(metric, field));
  return refuseIf(others.length > 0 || !isSet(metric, wanted), () => ({
    at: [],
    what: `is of type ${type}, and has ${listedWith('and', others) || 'no source'}; it must have ${wanted} only`,
    fix: `Write ${wanted}, or the type of what is there.`,
  }));
};

/** What a metric is held against. */
const target =
  (source: string, one: string, other: string, isBothRefused: boolean): Rule =>
  (metric) => {
    if (!isSet(metric, source, 'target')) return [];
    const all = [one, other].filter((field) => isSet(metric, source, 'target', field));
    const isWrong = all.length === 0 || (isBothRefused && all.length > 1);
    return refuseIf(isWrong, () => ({
      at: [source, 'target'],
      what: `has ${listedWith('and', all) || `none of ${listedWith('and', [one, other])}`}; it must have one of them`,
      fix: `Write ${listedWith('or', [one, other])}.`,
    }));
  };

export const metricTargets: readonly Rule[] = [
  target('resource', 'averageUtilization', 'averageValue', true),
  target('containerResource', 'averageUtilization', 'averageValue', true),
  target('object', 'value', 'averageValue', false),
  target('external', 'value', 'averageValue', true),
];

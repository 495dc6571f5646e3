/** What conditions say, in one table: the code may use no other reason, and docs/reference/chatstack.md is made of it. */

/** Each condition of a stack besides those of its dependencies: what it means when `True`, and each reason. */
export const stackConditions = {
  Ready: {
    means: 'Every workload runs what is rendered and is ready.',
    reasons: {
      Available: 'It is so.',
      DocumentRefused:
        'The document is not valid; the message is what the command line says. Nothing was applied.',
      NotApplied:
        'An object is not applied: the API server refused it, a right is missing, another owns it, or `spec.paused` is true.',
      WorkloadsNotReady: 'A workload has fewer ready pods than wanted, or is not there yet.',
      Unreachable:
        'Workloads are ready, but of a dependency it is not known whether it is met: a pod cannot be asked, or its process has not said.',
    },
  },
  Progressing: {
    means: 'A workload is not there yet, or rolls out.',
    reasons: {
      RollingOut: 'It is so.',
      Rotating: 'New passwords are being put in force; the message says how far it is.',
      Stuck:
        'It would not end by itself; the message says which pod, which container, and why, or why a rotation failed.',
      Settled: 'Nothing is being changed.',
    },
  },
  Degraded: {
    means: 'Something needs the attention of a person; the message says what.',
    reasons: {
      AttentionNeeded:
        'A refused document, an object that was not applied or is contested, a Secret that was deleted or changed, a pod that cannot start, or a rotation that failed.',
      AsRendered: 'Nothing needs attention.',
      NotCompared:
        'Nothing that is looked at needs attention; something is not compared with what is rendered: see `Drifted`.',
    },
  },
  Paused: {
    means: 'The stack, or an object of it, is left as it is.',
    reasons: {
      Paused: 'It is so, by `spec.paused` or by the annotation.',
      Reconciled: 'The stack is reconciled.',
      DocumentRefused: 'As of `Ready`.',
    },
  },
  Stalled: {
    means: 'To wait does not help, for tools that read kstatus. There only while it is `True`.',
    reasons: {
      DocumentRefused: 'As of `Ready`.',
      Stuck: 'As of `Progressing`.',
    },
  },
  Reconciling: {
    means: 'Something is under way, for tools that read kstatus. There only while it is `True`.',
    reasons: {
      RollingOut: 'As of `Progressing`.',
      Rotating: 'As of `Progressing`.',
    },
  },
  Drifted: {
    means: 'Others changed something, and it stays so, or keeps coming back.',
    reasons: {
      LeftAsChanged:
        'A change is left as it is: by `spec.drift: report`, or since it is a Secret, which is never made anew.',
      Contested:
        'Another program makes a change again each time it is undone, which is at once where the last time was long ago, else ever more rarely. Any change of `spec` acknowledges it.',
      AsRendered: 'Every object that is not paused is as rendered; the message names those that are.',
      Paused: 'The stack is paused: nothing is compared.',
      NotApplied: 'Not every object could be compared, or applied: see `Ready`.',
      Ignored: 'By `spec.drift: ignore` nothing is told of what others change.',
      DocumentRefused: 'As of `Ready`.',
    },
  },
} as const satisfies Record<string, ConditionMeaning>;

interface ConditionMeaning {
  readonly means: string;
  readonly reasons: Readonly<Record<string, string>>;
}

export type StackConditionType = keyof typeof stackConditions;

/** The reasons that a condition of a stack may have. */
export type ReasonOf<T extends StackConditionType> = keyof (typeof stackConditions)[T]['reasons'] & string;

/** Of a dependency, of a pod and of a stack. */
const common = {
  Open: 'The dependency answers.',
  Degraded: 'The dependency is away, and the process works without it.',
  Closed: 'The process needs the dependency, and it is away.',
  NotReported: 'The process answers, but does not say this in words that are known here.',
};

/** Why a stack's condition of a dependency is as it is. */
export const dependencyReasons = {
  ...common,
  NotTried: 'The process waits for the dependency, and has no failed try to tell of: it has just begun.',
  Unreachable: 'The process of a pod cannot be asked.',
} as const;

export type DependencyReason = keyof typeof dependencyReasons;

/** Why the condition of a pod's readiness gate is as it is. */
export const gateReasons = {
  ...common,
  Unreachable: 'The process cannot be asked. A gate keeps the status it had.',
  DigestEqual: 'The process runs with the configuration that was rendered.',
  DigestDiffers: 'The process runs with another configuration than was rendered.',
} as const;

export type GateReason = keyof typeof gateReasons;

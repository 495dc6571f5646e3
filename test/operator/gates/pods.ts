import { readyCondition, verifiedCondition } from '../../../model/gates.ts';
import type { ReadinessReport } from '../../../model/report.ts';
import type { PodAnswer } from '../../../operator/gates/pod-answer.ts';
import type { PodView } from '../../../operator/gates/pod-view.ts';
import type { Condition } from '../../../operator/conditions.ts';

type Gate = ReadinessReport['gates'][number];

export const queueReady = readyCondition('queue');
export const began = '2026-01-01T00:00:00Z';

/** A pod that does not run yet, with a gate for `queue` and one for its configuration. */
export const pendingView = (fields: Partial<PodView> = {}): PodView => ({
  ...{ name: 'web-1', namespace: 'n', uid: 'u1', resourceVersion: '1' },
  ...{ stack: 'demo', service: 'web', ports: { http: 80 } },
  gates: [queueReady, verifiedCondition],
  conditions: [],
  ...{ digest: 'sha-1', isReady: false, isEnding: false, causes: [] },
  ...fields,
});

/** The same pod, which runs. */
export const podView = (fields: Partial<PodView> = {}): PodView => pendingView({ ip: '10.0.0.1', ...fields });

export const condition = (
  type: string,
  status: Condition['status'],
  reason = '',
  message = '',
): Condition => ({ type, status, reason, message, lastTransitionTime: began });

export const gate = (state: Gate['state'], fields: Partial<Gate> = {}): Gate => ({
  ...{ name: 'queue', state, since: began, lastError: null, attempts: 0 },
  ...fields,
});

/** What a process with these gates says, of a configuration with the digest `sha-1` unless it says another. */
export const saying = (gates: readonly Gate[], config: PodAnswer['config'] = digest('sha-1')): PodAnswer => ({
  readiness: { report: { version: 1, ready: true, gates: [...gates] } },
  config,
});

export const digest = (value: string): PodAnswer['config'] => ({ report: { digest: value } });

import { dependencyOfCondition } from '../../model/gates.ts';
import type { ReadinessReport } from '../../model/report.ts';
import type { Condition, Finding } from '../conditions.ts';
import type { GateReason } from '../reasons.ts';
import { reportIn, type PodAnswer } from './pod-answer.ts';
import type { PodView } from './pod-view.ts';
import { bounded, shownError } from './words.ts';

type Verdict = Pick<Finding, 'status' | 'message'> & { readonly reason: GateReason };

/**
 * What the conditions of a pod's readiness gates should say. Only the process's own answer makes one False, or True;
 * without an answer each keeps its status, since kubelet takes anything but True as unready.
 */
export const findingsOf = (
  pod: Pick<PodView, 'gates' | 'conditions' | 'digest'>,
  answer: PodAnswer,
): Finding[] =>
  pod.gates.map((type) => {
    const dependency = dependencyOfCondition(type);
    const verdict =
      dependency === undefined ? ofConfig(pod.digest, answer) : ofDependency(dependency, answer.readiness);
    const before = pod.conditions.find((condition) => condition.type === type);
    return { type, ...(verdict ?? withoutVerdict(before, answer.readiness)) };
  });

function ofDependency(name: string, readiness: PodAnswer['readiness']): Verdict | undefined {
  const gate = reportIn(readiness)?.gates.find((one) => one.name === name);
  switch (gate?.state) {
    case 'open':
      return { status: 'True', reason: 'Open', message: `The process reports that ${name} answers.` };
    case 'degraded': {
      const message = `The process reports that it works without ${name}${because(gate)}`;
      return { status: 'True', reason: 'Degraded', message: bounded(message) };
    }
    case 'closed': {
      const message = `The process reports that it waits for ${name}${because(gate)}`;
      return { status: 'False', reason: 'Closed', message: bounded(message) };
    }
    default:
      return undefined;
  }
}

function ofConfig(rendered: string | undefined, { config }: PodAnswer): Verdict | undefined {
  const digest = reportIn(config)?.digest;
  if (digest === undefined || rendered === undefined) return undefined;
  if (digest === rendered)
    return {
      status: 'True',
      reason: 'DigestEqual',
      message: 'The process reports the configuration that was rendered.',
    };
  return {
    status: 'False',
    reason: 'DigestDiffers',
    message: bounded(
      `The process reports a configuration with the digest "${bounded(digest, 100)}"; "${rendered}" was rendered.`,
    ),
  };
}

/** A condition of which the answer says nothing keeps its status; one that is False keeps the process's words too. */
function withoutVerdict(
  before: Condition | undefined,
  readiness: PodAnswer['readiness'],
): Omit<Finding, 'type'> {
  const { status = 'Unknown', reason = '', message = '' } = before ?? {};
  const kept = { status, reason, message };
  if ('report' in readiness) {
    if (before && reason !== 'Unreachable') return kept;
    return { status, ...words('NotReported', 'The process answers, but does not report this.') };
  }
  if (status === 'False') return kept;
  const rest = status === 'True' ? 'Its last answer counts.' : 'It has said nothing of this yet.';
  return { status, ...words('Unreachable', `The process cannot be asked. ${readiness.unanswered} ${rest}`) };
}

const words = (reason: GateReason, message: string): Pick<Finding, 'reason' | 'message'> => ({
  reason,
  message: bounded(message),
});

const because = ({ lastError }: Pick<ReadinessReport['gates'][number], 'lastError'>): string =>
  lastError === null || lastError === '' ? '.' : `: ${shownError(lastError)}`;

import type { AnswerMode, FrameOf } from '../../contract/protocol.ts';
import type { Opening } from '../memory/types.ts';
import type { Scope, SessionEvent } from '../stores/types.ts';

/** What is told of a session, as frames. */

export function welcomeOf(scope: Scope, opening: Opening, mode: AnswerMode): FrameOf<'welcome'> {
  const { position, missed, history } = opening;
  const { patientId, sessionId } = scope;
  return {
    ...{ type: 'welcome', patientId, sessionId, mode },
    epoch: position.epoch,
    offset: position.offset + missed.length,
    recovered: history === undefined,
    ...(history === undefined ? {} : { history: [...history] }),
  };
}

export const ackOf = ({ turn }: SessionEvent, duplicate: boolean): FrameOf<'ack'> => ({
  type: 'ack',
  id: turn.id,
  offset: turn.offset,
  recordedAt: turn.recordedAt,
  duplicate,
});

const answered = ({
  facts,
  certainty,
  degraded,
}: SessionEvent): Pick<FrameOf<'answer'>, 'facts' | 'certainty' | 'degraded'> => ({
  facts: [...facts],
  ...(certainty === undefined ? {} : { certainty }),
  ...(degraded === undefined ? {} : { degraded }),
});

export const answerOf = (event: SessionEvent): FrameOf<'answer'> => ({
  type: 'answer',
  offset: event.turn.offset,
  turn: event.turn,
  ...answered(event),
});

/** @param id of the message that was answered. */
export const doneOf = (id: string, event: SessionEvent): FrameOf<'done'> => ({
  type: 'done',
  id,
  offset: event.turn.offset,
  text: event.turn.text,
  recordedAt: event.turn.recordedAt,
  ...(event.kind === 'stopped' ? { stopped: true } : {}),
  ...answered(event),
});

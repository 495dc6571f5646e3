import type { JSX } from 'preact';
import type { Answer, Said } from '../../../client/conversation.ts';
import { Fact } from './fact.tsx';
import { When } from './timestamp.tsx';

/** A message of the patient and its delivery. Text is rendered as text, never as HTML. */
export function SaidView({ said, onAgain }: { said: Said; onAgain: () => void }): JSX.Element {
  return (
    <li class={said.replacedBy === undefined ? 'said' : 'said edited'}>
      <p class="text">{said.text}</p>
      <p class="meta">
        {said.replacedBy !== undefined && <span>edited</span>}
        {said.recordedAt !== undefined && <When at={said.recordedAt} />}
        <span class={said.delivery}>{said.delivery === 'sent' ? 'sent' : 'pending'}</span>
      </p>
      {said.problem !== undefined && (
        <p class="problem">
          {said.problem.message}{' '}
          {said.problem.retryable && (
            <button type="button" onClick={onAgain}>
              Send again
            </button>
          )}
        </p>
      )}
    </li>
  );
}

/** @param isEdited whether the message it answers was edited. */
export function AnswerView({ answer, isEdited }: { answer: Answer; isEdited: boolean }): JSX.Element {
  const { streaming, stopped } = answer;
  const marks = { answer: true, streaming, stopped, edited: isEdited };
  const words = [stopped ? 'stopped' : [], isEdited ? 'edited' : []].flat();
  return (
    <li
      class={Object.keys(marks)
        .filter((mark) => marks[mark as keyof typeof marks])
        .join(' ')}
    >
      <p class="text">{answer.text || '…'}</p>
      {words.length > 0 && <p class="meta">{words.join(', ')}</p>}
      {answer.certainty === 'related' && <p class="meta">I am not sure that this answers it.</p>}
      {answer.degraded !== undefined && <p class="problem">{answer.degraded}</p>}
      {answer.facts.length > 0 && (
        <details
          class="used"
          onToggle={({ currentTarget }) => currentTarget.scrollIntoView({ block: 'nearest' })}
        >
          <summary>
            {answer.facts.length === 1 ? '1 memory used' : `${answer.facts.length} memories used`}
          </summary>
          <ul>
            {answer.facts.map((fact) => (
              <Fact key={fact.id} fact={fact} />
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

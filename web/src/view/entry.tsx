import type { JSX } from 'preact';
import type { Answer, Said } from '../conversation.ts';
import { Fact } from './fact.tsx';
import { When } from './timestamp.tsx';

/** A message of the patient and its delivery. Text is rendered as text, never as HTML. */
export function SaidView({ said, onAgain }: { said: Said; onAgain: () => void }): JSX.Element {
  return (
    <li class="said">
      <p class="text">{said.text}</p>
      <p class="meta">
        {said.recordedAt !== undefined && <When at={said.recordedAt} />}
        <span class={said.delivery}>{said.delivery === 'sent' ? 'sent' : 'pending'}</span>
      </p>
      {said.problem !== undefined && (
        <p class="problem">
          {said.problem}{' '}
          <button type="button" onClick={onAgain}>
            Try again
          </button>
        </p>
      )}
    </li>
  );
}

export function AnswerView({ answer }: { answer: Answer }): JSX.Element {
  return (
    <li class={answer.streaming ? 'answer streaming' : 'answer'}>
      <p class="text">{answer.text}</p>
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

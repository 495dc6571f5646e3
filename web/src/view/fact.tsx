import type { JSX } from 'preact';
import type { UsedFact } from '../../../client/frames.generated.ts';
import { When } from './timestamp.tsx';

/** A remembered sentence with its source. */
export function Fact({ fact }: { fact: UsedFact }): JSX.Element {
  return (
    <li class="fact">
      <q>{fact.text}</q>
      <p class="meta">
        <When at={fact.recordedAt} />
        <span class="source" title={`Said in message ${fact.sourceId}`}>
          {fact.sourceId}
        </span>
      </p>
    </li>
  );
}

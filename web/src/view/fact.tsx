import type { JSX } from 'preact';
import type { UsedFact } from '../../../client/frames.generated.ts';
import { Source } from './source.tsx';

/** A remembered sentence with its source. */
export function Fact({ fact }: { fact: UsedFact }): JSX.Element {
  return (
    <li class="fact">
      <q>{fact.text}</q>
      <Source of={fact} />
    </li>
  );
}

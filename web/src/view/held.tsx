import type { JSX } from 'preact';
import type { PatientContext } from '../../../client/frames.generated.ts';
import { Source } from './source.tsx';

type HeldFact = NonNullable<PatientContext['held']>[number];

/** What a language model read from a message and still holds, with the patient's words and their source. */
export function Held({ fact }: { fact: HeldFact }): JSX.Element {
  const { subject, predicate, object, occasion, value, validAt } = fact;
  const of = [
    object === undefined ? '' : ` of ${object}`,
    occasion === undefined ? '' : ` (${occasion})`,
  ].join('');
  const who = subject === 'patient' ? '' : `${subject}: `;
  return (
    <li class="held">
      <p>
        {who}
        {predicate.replaceAll('_', ' ')}
        {of}: <strong>{value}</strong>
        {validAt !== undefined && ` since ${validAt}`}
      </p>
      <q>{fact.text}</q>
      <Source of={fact} />
    </li>
  );
}

import type { JSX } from 'preact';
import type { Turn } from '../../../client/frames.generated.ts';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import type { Chat } from '../chat.ts';
import type { Remembered } from '../context-panel.ts';
import { Fact } from './fact.tsx';
import { Held } from './held.tsx';
import { When } from './timestamp.tsx';

interface Props {
  chat: Chat;
  /** Whether the drawer is open, on a narrow screen. */
  open: boolean;
  onClose: () => void;
}

/** The facts, what of them still holds where a language model reads that, and the recent turns of the patient. */
export function Sidebar({ chat, open, onClose }: Props): JSX.Element {
  const remembered = chat.remembered.value;
  const outage = outageOf(remembered);
  const facts = remembered.context?.facts.map((fact) => <Fact key={fact.id} fact={fact} />);
  const held = remembered.context?.held?.map((fact) => <Held key={fact.id} fact={fact} />);
  const recent = remembered.context?.recent
    .toSorted(newestFirst)
    .map((turn) => <Recent key={turn.id} turn={turn} />);
  return (
    <aside id="memory" class={open ? 'open' : ''} aria-label="Memory">
      <button type="button" class="close" onClick={onClose}>
        Close
      </button>
      {outage !== undefined && <p class="problem">{outage.words}</p>}
      <Section title="Facts" items={facts} isWhole={outage?.hidesFacts !== true} />
      {held !== undefined && (
        <Section title="Still holds" items={held} isWhole={outage?.hidesFacts !== true} />
      )}
      <Section title="Recent" items={recent} isWhole={outage === undefined} />
    </aside>
  );
}

const newestFirst = (one: Turn, other: Turn) => other.recordedAt.localeCompare(one.recordedAt);

/** Why the panel may be incomplete, in words. Facts are in Neo4j, recent turns in Redis and then in Neo4j. */
function outageOf({ context, problem }: Remembered): Outage | undefined {
  if (problem !== undefined) return { words: `Memory unavailable: ${problem}`, hidesFacts: true };
  const silent = context?.unavailable ?? [];
  if (silent.length === 0) return undefined;
  const hidesFacts = silent.includes(neo4jName);
  const what = hidesFacts ? 'Memory unavailable' : 'Part of the memory is unavailable';
  return { words: `${what}: ${silent.join(' and ')} could not be asked.`, hidesFacts };
}

interface Outage {
  readonly words: string;
  readonly hidesFacts: boolean;
}

interface SectionProps {
  title: string;
  /** Undefined before the first answer. */
  items: readonly JSX.Element[] | undefined;
  isWhole: boolean;
}

function Section({ title, items, isWhole }: SectionProps): JSX.Element {
  const isEmpty = items?.length === 0;
  return (
    <section>
      <h2>{title}</h2>
      <ul>{items}</ul>
      {isEmpty && <p class="empty">{isWhole ? 'Nothing yet.' : 'Unavailable.'}</p>}
    </section>
  );
}

function Recent({ turn }: { turn: Turn }): JSX.Element {
  return (
    <li class="recent">
      <p class="line">
        <strong>{turn.speaker === 'patient' ? 'You' : 'Answer'}:</strong> {turn.text}
      </p>
      <p class="meta">
        <When at={turn.recordedAt} />
      </p>
    </li>
  );
}

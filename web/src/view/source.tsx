import type { JSX } from 'preact';
import type { UsedFact } from '../../../client/frames.generated.ts';
import { When } from './timestamp.tsx';

/** When something was said, and in which message. */
export function Source({
  of: { recordedAt, sourceId },
}: {
  of: Pick<UsedFact, 'recordedAt' | 'sourceId'>;
}): JSX.Element {
  return (
    <p class="meta">
      <When at={recordedAt} />
      <span class="source" title={`Said in message ${sourceId}`}>
        {sourceId}
      </span>
    </p>
  );
}

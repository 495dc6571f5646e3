import type { JSX } from 'preact';

const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** An ISO time in the reader's own time zone and language. */
export function When({ at }: { at: string }): JSX.Element {
  return <time dateTime={at}>{format.format(new Date(at))}</time>;
}

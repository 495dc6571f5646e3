/** The variable that passes the seconds of earlier steps of `.ci/run` to later ones: `install=31 check=96`. */
export const phasesVariable = 'MOORING_PHASES';

/** A step of a run, and its seconds. */
export type Phase = readonly [name: string, seconds: number];

/** Parses the variable; anything but `name=seconds` is left out. */
export function phasesOf(text: string | undefined): Phase[] {
  return [...(text ?? '').matchAll(/(\S+)=(\d+)/g)].map(([, name = '', seconds]) => [name, Number(seconds)]);
}

/** Appends a phase to the variable's text. */
export function withPhase(text: string | undefined, [name, seconds]: Phase): string {
  return `${text ?? ''} ${name}=${Math.round(seconds)}`.trim();
}

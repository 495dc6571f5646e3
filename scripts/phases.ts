/** The variable by which the steps of `.ci/run` hand on how long those before them took: `install=31 check=96`. */
export const phasesVariable = 'MOORING_PHASES';

/** A step of a run, and its seconds. */
export type Phase = readonly [name: string, seconds: number];

/** The phases a variable names; what is no `name=seconds` is left out. */
export function phasesOf(text: string | undefined): Phase[] {
  return [...(text ?? '').matchAll(/(\S+)=(\d+)/g)].map(([, name = '', seconds]) => [name, Number(seconds)]);
}

/** The variable's text with one phase more. */
export function withPhase(text: string | undefined, [name, seconds]: Phase): string {
  return `${text ?? ''} ${name}=${Math.round(seconds)}`.trim();
}

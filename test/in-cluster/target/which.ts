import { dockerAnswers, succeeds } from '../../../scripts/programs.ts';

/** Where tests of a stack run: a context of the user's kubeconfig, a kind cluster, or one made by `lab/`. */
export type TargetKind = 'context' | 'kind' | 'lab';

/** The context MOORING_TEST_CONTEXT names, if it names one. */
export function namedContext(): string | undefined {
  const context = process.env['MOORING_TEST_CONTEXT'];
  return context === '' ? undefined : context;
}

export function targetKind(): TargetKind {
  if (namedContext() !== undefined) return 'context';
  return dockerAnswers() && succeeds('kind', ['version']) ? 'kind' : 'lab';
}

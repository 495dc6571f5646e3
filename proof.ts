/** What manifests say of themselves: the checks of `mooring verify`. */
export { findingText } from './proof/findings.ts';
export type { End, FileEdit, Finding } from './proof/findings.ts';
export type { Source } from './proof/fixes.ts';
export { verifyManifests } from './proof/packs/verify-manifests.ts';
export { UnreadableError } from './proof/source.ts';

import { version } from '../model/version.ts';
import { findDocument, type FoundDocument } from '../charts-ts/read-document.ts';
import type { RenderOptions } from '../charts-ts/options.ts';
import { renderStack } from '../charts-ts/render.ts';
import { secretMakerOf } from '../charts-ts/secrets.ts';
import { secretReaders } from '../deploy/secret-readers.ts';
import type { StackSource } from '../deploy/stack-plan.ts';
import type { Kinds, KnownDocument } from '../model/kinds.ts';
import { stackFromEnvironment } from './environment.ts';
import { note } from './output.ts';

/** The document of a command, and its origin. Throws UserError or StackError. */
export function documentOf(kinds: Kinds, file: string | undefined): FoundDocument {
  const found = findDocument(kinds, file ?? stackFromEnvironment());
  for (const warning of found.warnings) note(warning);
  return found;
}

/** What an apply needs of a document: its rendered objects, and how its Secret is made. */
export function sourceOf(
  { document, kind }: KnownDocument,
  stack = kind.stack(document),
  options: RenderOptions = {},
): StackSource {
  return {
    stack,
    document,
    mooring: version,
    objects: renderStack(stack, options),
    secret: secretMakerOf(stack),
    secretReaders: secretReaders(kind, stack),
  };
}

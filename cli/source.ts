import packageJson from '../package.json' with { type: 'json' };
import { findDocument } from '../charts-ts/read-document.ts';
import { renderStack } from '../charts-ts/render.ts';
import { newSecretValue } from '../charts-ts/secrets.ts';
import type { StackSource } from '../deploy/apply-stack.ts';
import { chatKind } from '../contract/chat-kind.ts';
import type { StackKind } from '../model/stack-kind.ts';
import type { ChatStack } from '../contract/document.ts';
import { stackFromEnvironment } from './environment.ts';

/** The kind of a document. */
export const kindOf = (_document: ChatStack): StackKind<ChatStack> => chatKind;

/** The document a command is about, and where it is from. Throws UserError or StackError. */
export function documentOf(file: string | undefined): { document: ChatStack; source: string } {
  return findDocument(file ?? stackFromEnvironment());
}

/** What is applied of a document: its objects from the one renderer, and how its Secret is made. */
export function sourceOf(document: ChatStack): StackSource {
  const stack = kindOf(document).stack(document);
  return {
    stack,
    document,
    mooring: packageJson.version,
    objects: renderStack(stack),
    secret: {
      value: newSecretValue,
      object: (secretValues) => {
        const secret = renderStack(stack, { secretValues }).find(({ kind }) => kind === 'Secret');
        if (!secret) throw new RangeError(`The stack "${stack.name}" has no Secret of its own.`);
        // Not immutable, as synth's is: an apply never overwrites it, and the kubelet never reads an immutable one again,
        // so that a rotation would have to stop every pod of the stack first.
        return { ...secret, immutable: false };
      },
    },
  };
}

import { serviceOf } from '../model/environment.ts';
import type { Service, Stack } from '../model/stack.ts';
import { chatStack } from './chat-stack.ts';
import { readChatStack } from './read-chat-stack.ts';
import { backendName } from './services/backend-ports.ts';

/** The stack of an empty document: the names and default ports of every chat stack. */
export const defaultStack: Stack = chatStack(readChatStack({}, 'the defaults'));

/** The chat backend in it. */
export const defaultBackend: Service = serviceOf(defaultStack, backendName);

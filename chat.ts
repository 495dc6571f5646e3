/** The built-in kind, a chat backend with long-term memory, and what its WebSocket speaks. */
export { chatKind } from './contract/chat-kind.ts';
export type { ChatStack, ChatStackSpec, Preset } from './contract/document.ts';
export { afterClose, clientFrame, closeCodes, serverFrame, subprotocols } from './contract/protocol.ts';
export type { ClientFrame, ServerFrame } from './contract/protocol.ts';
export { readChatStack } from './contract/read-chat-stack.ts';

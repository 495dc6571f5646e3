/** The built-in kind, a chat backend with long-term memory: it, what its WebSocket speaks, and its stores for other stacks. */
export { chatKind } from './contract/chat-kind.ts';
export type { ChatStack, ChatStackSpec, Preset } from './contract/document.ts';
export { afterClose, clientFrame, closeCodes, serverFrame, subprotocols } from './contract/protocol.ts';
export type { ClientFrame, ServerFrame } from './contract/protocol.ts';
export { readChatStack } from './contract/read-chat-stack.ts';
export { neo4j, neo4jImage, neo4jPorts } from './contract/services/neo4j.ts';
export { qdrant, qdrantImage, qdrantPorts } from './contract/services/qdrant.ts';
export { redis, redisImage, redisPorts } from './contract/services/redis.ts';
export type { StoreOptions } from './contract/services/store.ts';

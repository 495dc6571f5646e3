/** Documents whose every free field holds a text of the tests. */

/** Stores that run elsewhere: fewer objects, for thousands of documents. */
const elsewhere = { external: { host: 'store.example.com' } };
export const storesElsewhere = { redis: elsewhere, neo4j: elsewhere, qdrant: elsewhere };
/** One text for each field that takes any text. */
export const freeTexts = ([issuer, audience, model, embedding, value, key]: readonly string[]): object => ({
  ...storesElsewhere,
  auth: { mode: 'jwt', jwksUrl: 'https://id.example.com/keys', issuer, audience },
  llm: { baseUrl: 'http://ollama.models:11434/v1', model },
  embeddings: { baseUrl: 'http://ollama.models:11434/v1', model: embedding },
  ingress: { host: 'chat.example.com', annotations: { 'example.com/a': value, [`k${key ?? ''}`]: 'b' } },
});
/** How many fields that is. */
export const freeFields = 6;

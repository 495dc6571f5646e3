import { chatStackKindName } from './document.ts';
import { apiVersion, usualCall } from '../model/names.ts';
import type { StarterChoice } from '../model/stack-kind.ts';

/** Words YAML 1.1 reads as something else than text are quoted. */
const yamlWord = (word: string): string =>
  /^(true|false|null|yes|no|on|off|y|n)$/i.test(word) || !/^[A-Za-z][A-Za-z0-9-]*$/.test(word)
    ? JSON.stringify(word)
    : word;

/**
 * A document to begin with. A "#" directly before a word comments out an example that may be put into force by
 * removing it (test/cli/init.test.ts does so, one at a time); "# " begins a sentence.
 */
export function starterDocument(chosen: StarterChoice): string {
  const [name, namespace, preset] = [chosen.name, chosen.namespace, chosen.preset].map(yamlWord);
  const { schema } = chosen;
  const editorLine = schema === undefined ? '' : `# yaml-language-server: $schema=${inOneWord(schema)}\n`;
  return `${editorLine}# A chat backend with long-term memory, and its stores. Every field has a default; remove a "#" that stands directly
# before a word to put that example into force. All fields: "${usualCall} explain spec", docs/reference/stack.md.
apiVersion: ${apiVersion}
kind: ${chatStackKindName}
metadata:
  # Prefix of every object's name.
  name: ${name}
  namespace: ${namespace}
spec:
  # Sizes, replicas and what is demanded: dev, staging or production.
  preset: ${preset}

  # false for people who may not create the namespace themselves.
  #createNamespace: false

  # A registry that every image is pulled from, and the Secrets with its credentials.
  #images: { registry: registry.example.com, pullSecrets: [registry-credentials] }

  # The chat itself: how many, or how they scale, and how much they may use.
  #backend: { replicas: 2, resources: { limits: { memory: 512Mi } } }
  #backend: { autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 6, cpuPercent: 70 } }

  # Each store: bigger (memory settings follow the limit, storage may grow but never shrink) …
  #neo4j: { storage: { size: 20Gi }, resources: { limits: { memory: 4Gi } } }
  #qdrant: { storage: { size: 20Gi, storageClass: fast } }
  # … or one that already runs elsewhere. Without a port it is dialled at its usual one.
  #redis: { external: { host: redis.example.com, tls: true, secretRef: { name: redis, key: password } } }

  # How the world gets in.
  #ingress: { host: chat.example.com, tlsSecret: chat-certificate }

  # Who may chat. none: every client is taken for the patient of the path; for development only.
  #auth: { mode: jwt, jwksUrl: "https://login.example.com/.well-known/jwks.json", audience: chat }

  # Any OpenAI-compatible endpoint. Without one, answers quote the memory itself and search is by words.
  #llm: { baseUrl: "http://ollama.models:11434/v1", model: llama3.2 }
  #embeddings: { baseUrl: "http://ollama.models:11434/v1", model: nomic-embed-text }

  # A Secret you keep, with every store's password; without it they are generated once and kept.
  #secrets: { existingSecret: chat-passwords }
`;
}

/** An editor reads the path up to the first space, and a line's end in it would end the comment. */
const inOneWord = (path: string): string => path.replaceAll(/[\p{C}\p{Z}]/gu, encodeURIComponent);

import { apiVersion } from '../model/names.ts';
import { defineKind } from '../model/define-kind.ts';
import { chatStack } from './chat-stack.ts';
import { chatCheck } from './chat-turn.ts';
import { chatStackKindName, chatStackSchema, presetNames, type ChatStack } from './document.ts';
import { rewriteEarlierForms } from './earlier-forms.ts';
import { withGrownVolumes } from './grown-volumes.ts';
import { knownPorts } from './known-ports.ts';
import { localBackend } from './local-backend.ts';
import { chatProgramFacts } from './programs.ts';
import { backendName } from './services/backend-ports.ts';
import { httpPaths } from './services/backend.ts';
import { changeNeo4jPassword } from './services/neo4j-password.ts';
import { neo4jName } from './services/neo4j.ts';
import { starterDocument } from './starter-document.ts';

/** The built-in kind: a chat backend with long-term memory, and its stores. */
export const chatKind = defineKind<ChatStack>({
  apiVersion,
  kind: chatStackKindName,
  plural: 'chatstacks',
  shortNames: ['cstack'],
  columns: [],
  scale: { replicasPath: 'spec.backend.replicas', service: backendName },
  schema: chatStackSchema,
  presets: presetNames,
  samples: [
    {
      backend: { autoscaling: { enabled: true } },
      ingress: { host: 'chat.example.com' },
    },
  ],
  starter: starterDocument,
  rewrite: rewriteEarlierForms,
  stack: chatStack,
  withGrownVolumes,
  programs: chatProgramFacts,
  knownPorts,
  sourceFolder: 'contract',
  environment: { [backendName]: localBackend },
  opens: {
    service: backendName,
    port: 'http',
    path: httpPaths.page,
    parameters: [{ name: 'patient', default: 'patient:demo', doc: 'whose page' }],
  },
  check: chatCheck,
  rotate: { [neo4jName]: changeNeo4jPassword },
});

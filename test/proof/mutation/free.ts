import type { Mutant } from './mutants.ts';

/** Fields that may have any other value of their form, and why. */
interface Free {
  readonly reason: string;
  /** Of `StatefulSet spec.template.spec.containers[].name`: the object's kind and the field's path. */
  readonly fields: RegExp;
}

const free: readonly Free[] = [
  {
    reason: 'An amount, a share or a time that a person chooses; nothing else says what it should be.',
    fields:
      /\.(failureThreshold|periodSeconds|timeoutSeconds|terminationGracePeriodSeconds|revisionHistoryLimit|maxSkew|maxUnavailable|maxSurge|sizeLimit|storage|cpu|memory|replicas|minReplicas|maxReplicas|averageUtilization)$| spec\.(replicas|revisionHistoryLimit|maxUnavailable|minReplicas|maxReplicas)$/,
  },
  {
    reason: 'A name that nothing refers to.',
    fields: / metadata\.name$|\.(initC|c)ontainers\[\]\.name$|^Service spec\.ports\[\]\.name$/,
  },
  {
    reason: 'A setting of a program of which every value of its type is valid.',
    fields:
      /^ConfigMap data\.(CHAT_\w+|EMBEDDINGS_MODEL|LLM_(MODEL|FACTS|TIMEOUT|ANSWER_TIMEOUT|CALLS\w*)|SHUTDOWN_\w+|STORE_TIMEOUT|REDIS_SESSION_TTL|NODE_OPTIONS|NEO4J_dbms_usage__report_enabled|NEO4J_server_memory_pagecache_size|QDRANT__TELEMETRY_DISABLED|QDRANT_INIT_FILE_PATH)$/,
  },
  {
    reason: 'A size in a file or a variable of a program, within its limit.',
    fields: /^ConfigMap data\.etc_redis_redis\.conf$|\.containers\[\]\.env\[\]\.value$/,
  },
  { reason: 'A message of a script, which only people read.', fields: /\.containers\[\]\.command\[\]$/ },
  { reason: 'What a Secret keeps: nothing repeats it.', fields: /^Secret (data|stringData)\./ },
  { reason: 'A word for readers of a Secret; it is opaque to all else.', fields: /^Secret type$/ },
  {
    reason: 'Files of a ConfigMap are read-only, whatever their mount says.',
    fields: /\.volumeMounts\[\]\.readOnly$/,
  },
];

/**
 * Why the changed field may have another value; undefined where nothing says so. It looks at the path only, and at
 * nothing that proof/ has read: what the graph overlooks is then a survivor, not an equivalent.
 */
export function freeReason({ object, path }: Pick<Mutant, 'object' | 'path'>): string | undefined {
  const [kind = ''] = object.split(' ');
  const field = `${kind} ${path.map((step) => (typeof step === 'number' ? '[]' : `.${step}`)).join('')}`;
  return free.find(({ fields }) => fields.test(field.replace(' .', ' ')))?.reason;
}

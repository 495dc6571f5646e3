import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A request as the audit log has it (audit.k8s.io/v1), at the level `Metadata`. */
export interface AuditEvent {
  readonly stage: 'ResponseStarted' | 'ResponseComplete' | 'Panic';
  readonly requestURI: string;
  readonly verb: string;
  readonly user: {
    readonly username: string;
    /** With the identity of the token, where there was one. */
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code: number };
  /** RFC 3339, in microseconds. */
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

/** A watch completes only when it ends, so its start is logged too. */
const policy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
};

const logIn = (folder: string): string => join(folder, 'audit.log');

/** Flags with which a kube-apiserver notes every request before it answers. */
export async function auditFlags(folder: string): Promise<string[]> {
  const path = join(folder, 'audit-policy.json');
  await writeFile(path, JSON.stringify(policy));
  return [
    `--audit-policy-file=${path}`,
    `--audit-log-path=${logIn(folder)}`,
    '--audit-log-mode=blocking-strict',
  ];
}

/** What was noted so far, in the order of the log. */
export async function auditLog(folder: string): Promise<AuditEvent[]> {
  const lines = (await readFile(logIn(folder), 'utf8')).split('\n');
  // What follows the last line break is being written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as AuditEvent);
}

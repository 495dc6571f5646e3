/** Names every room shares: the API group, the labels, and how a Kubernetes name is derived from a stack. */

export const apiGroup = 'mooring.dev';
export const apiVersion = `${apiGroup}/v1alpha1`;

/** The field manager of every apply, and the value of the label `app.kubernetes.io/managed-by`. */
export const fieldManager = 'mooring';

/**
 * What a command of this project begins with in a text that cannot know how its reader calls the command line: a
 * condition, a document, the docs. It runs in a clone and in a project that has the package.
 */
export const usualCall = 'npx mooring';

/** Pod-template annotation that carries the digest of the configuration the pod was rendered with. */
export const configDigestAnnotation = `${apiGroup}/config-digest`;

/** The same for the files mounted into the pod. */
export const filesDigestAnnotation = `${apiGroup}/files-digest`;

/** Namespace label by which policies admit outsiders with a role: `monitoring` or `operator`. */
export const roleLabel = `${apiGroup}/role`;

/** The end of the name of the policy that lets an outsider in to a port of a service. */
export const fromOutsider = (port: string, outsider: string): string => `${port}-from-${outsider}`;

/** On an object of a stack, with "true": an operator leaves it as it is. */
export const pausedAnnotation = `${apiGroup}/paused`;

/** On a rendered object: the patches that it has, in JSON. */
export const patchedAnnotation = `${apiGroup}/patched`;

/** On a stack's own Secret: the kind of the resource whose stack has it, such as `ChatStack.mooring.dev`. */
export const secretOfAnnotation = `${apiGroup}/secret-of`;

/** On a custom resource: a token; another one than before has its secrets rotated. */
export const rotateAnnotation = `${apiGroup}/rotate`;

/** Suffixes of the names derived from `<stack>-<service>`; the longest bounds the base. */
export const suffixes = {
  config: 'config',
  files: 'files',
  peers: 'peers',
  page: 'page',
  node: 'node',
  secrets: 'secrets',
  history: 'history',
} as const;

/** What Kubernetes adds to a StatefulSet's name in `controller-revision-hash`, a label of at most 63 characters. */
const revisionHashLength = 11;
const labelLength = 63;
const longestSuffix = Math.max(
  ...Object.values(suffixes).map((suffix) => suffix.length + 1),
  revisionHashLength,
);

/** The longest `<stack>-<service>` from which every derived name is a legal label. */
export const workloadNameLength = labelLength - longestSuffix;

/** Hexadecimal digits of its content that end the name of a Job, behind a dash. */
export const jobDigestLength = 8;

/** The longest `<stack>-<service>-<job>`: with the digits it is the value of a label of the Job's pods. */
export const jobNameLength = labelLength - jobDigestLength - 1;

/** `<stack>-<service>`, the name of a workload, its Service and its ServiceAccount. */
export function workloadName(stack: string, service: string): string {
  return `${stack}-${service}`;
}

/** An RFC 1035 label. */
export const labelPattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** An RFC 1123 subdomain. */
export const objectNamePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** A key of a Secret. */
export const secretKeyPattern = /^[-._a-zA-Z0-9]{1,253}$/;

/** Why `name` is no RFC 1035 label (what Service names must be), or `undefined` when it is one. */
export function labelProblem(name: string, maxLength: number = labelLength): string | undefined {
  if (name.length > maxLength) return `is ${name.length} characters long; at most ${maxLength} fit`;
  if (!labelPattern.test(name))
    return 'must be lower-case letters, digits and "-", start with a letter and end with a letter or digit';
  return undefined;
}

/** Why `name` is no legal port name (RFC 6335), or `undefined` when it is one. */
export function portNameProblem(name: string): string | undefined {
  if (name.length > 15) return `is ${name.length} characters long; at most 15 fit`;
  if (!/^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    return 'must be lower-case letters, digits and single "-", with at least one letter';
  return undefined;
}

/**
 * Why `name` is no RFC 1123 subdomain (what Secrets, classes and their like are called), or `undefined` when it is one.
 */
export function objectNameProblem(name: string): string | undefined {
  if (name.length > 253) return `is ${name.length} characters long; at most 253 fit`;
  if (!objectNamePattern.test(name))
    return 'must be lower-case letters, digits, "-" and ".", start and end with a letter or digit';
  return undefined;
}

/** Why `key` is no legal key of a Secret, or `undefined` when it is one. */
export function secretKeyProblem(key: string): string | undefined {
  return secretKeyPattern.test(key) ? undefined : 'must be letters, digits, "-", "_" and "."';
}

/** An RFC 1123 subdomain, perhaps with `*` for its first part. */
export const ingressHostPattern = new RegExp(`^(\\*\\.)?${objectNamePattern.source.slice(1)}`);

/** What an IPv4 address is written with. */
export const addressPattern = /^[0-9.]+$/;

/** Why an Ingress cannot have `host`, or `undefined` when it can: a name, perhaps with `*` for its first part. */
export function ingressHostProblem(host: string): string | undefined {
  if (addressPattern.test(host)) return 'is an address; an Ingress goes by a name';
  if (host.length > 253) return `is ${host.length} characters long; at most 253 fit`;
  return objectNameProblem(host.replace(/^\*\./, ''));
}

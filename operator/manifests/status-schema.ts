import { longestToken } from '../rotation/token.ts';
import type { Schema } from './structural.ts';

const text = (description: string, maxLength: number): Schema => ({ type: 'string', description, maxLength });
const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description });

/** As long as a message in a status is at most; a condition's may be longer, as in every API. */
export const longestMessage = 4_096;

/** A condition, as apimachinery's metav1.Condition bounds it. */
const condition: Schema = {
  type: 'object',
  required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
  properties: {
    type: text('what it is about', 316),
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
    lastTransitionTime: time('when its status changed'),
    reason: { ...text('a word for programs', 1_024), pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' },
    message: text('a sentence for people', 32_768),
  },
};

const lastDrift: Schema = {
  type: 'object',
  description: 'the last change by another manager that was found',
  properties: {
    object: text('its kind and name', 512),
    field: text('its path', 1_024),
    from: text('the value that is rendered, redacted', 1_024),
    to: text(
      'the value that was found, redacted; "(not shown)" of an added text that may be a secret',
      1_024,
    ),
    overrides: text('what is rendered elsewhere, such as in a ConfigMap, and is not used beside it', 1_024),
    manager: text('the field manager that wrote it', 256),
    time: time('when it was found'),
  },
};

const rotation: Schema = {
  type: 'object',
  description: 'the rotation of the secrets that was asked for last',
  required: ['token', 'phase', 'message', 'time'],
  properties: {
    token: text('what it was asked for with', longestToken),
    phase: {
      type: 'string',
      description: 'how far it is; Done: pods that began with the new values are ready',
      enum: ['Rotating', 'Waiting', 'Failed', 'Done', 'Cancelled'],
    },
    message: text('what it waits for, or why it failed', longestMessage),
    time: time('since when it is in this phase'),
  },
};

/** The status of a stack of any kind. */
export const statusSchema: Schema = {
  type: 'object',
  description: 'What is known of the stack now.',
  // A resource without a status is ready for kstatus: a new one is to be seen as not looked at yet.
  default: { observedGeneration: -1 },
  properties: {
    observedGeneration: {
      type: 'integer',
      format: 'int64',
      description: 'the generation of the document this status is of',
    },
    summary: text(
      'the reason of Ready, and those of Degraded, Paused and Drifted where they are True, separated by commas',
      256,
    ),
    conditions: {
      type: 'array',
      maxItems: 64,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: condition,
    },
    endpoint: text('where the stack is reached', 2_048),
    revision: { type: 'integer', format: 'int64', description: 'of the history' },
    digest: text('of the configuration the pods run with', 128),
    inventory: text('a digest of the name of each object that was there', 8_192),
    replicas: { type: 'integer', format: 'int32', description: 'of the service that `kubectl scale` scales' },
    selector: text('of the pods of that service', 2_048),
    lastDrift,
    rotation,
  },
};

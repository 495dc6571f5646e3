import type { Resources, StatelessService } from '../model/stack.ts';
import type { Preset } from './document.ts';
import type { StoreOfStack } from './stores.ts';

/** What a preset decides where the document does not. */
export interface PresetValues {
  readonly replicas: number;
  readonly autoscaling?: NonNullable<StatelessService['autoscaling']>;
  readonly resources: Readonly<Record<StoreOfStack | 'backend', Resources>>;
  readonly storage: Readonly<Record<StoreOfStack, string>>;
  /** The default of `spec.backend.nodePort.enabled`. */
  readonly nodePort: boolean;
  /** Whether `auth: none` and generated secrets are refused. */
  readonly demandsSecrets: boolean;
}

const sized = (cpu: string, memory: string, limit: string): Resources => ({
  requests: { cpu, memory },
  limits: { memory: limit },
});

/** `dev` fits a node of 2 cores and 4 GiB, all stores included. */
export const presets: Readonly<Record<Preset, PresetValues>> = {
  dev: {
    replicas: 1,
    resources: {
      backend: sized('100m', '256Mi', '512Mi'),
      redis: sized('50m', '64Mi', '256Mi'),
      neo4j: sized('250m', '768Mi', '1280Mi'),
      qdrant: sized('100m', '128Mi', '512Mi'),
    },
    storage: { redis: '1Gi', neo4j: '2Gi', qdrant: '2Gi' },
    nodePort: true,
    demandsSecrets: false,
  },
  staging: {
    replicas: 2,
    resources: {
      backend: sized('250m', '256Mi', '512Mi'),
      redis: sized('100m', '256Mi', '512Mi'),
      neo4j: sized('500m', '2Gi', '2Gi'),
      qdrant: sized('250m', '512Mi', '1Gi'),
    },
    storage: { redis: '5Gi', neo4j: '20Gi', qdrant: '20Gi' },
    nodePort: false,
    demandsSecrets: false,
  },
  production: {
    replicas: 2,
    autoscaling: { minReplicas: 2, maxReplicas: 6, cpuPercent: 70 },
    resources: {
      backend: sized('500m', '512Mi', '1Gi'),
      redis: sized('250m', '1Gi', '1Gi'),
      neo4j: sized('1', '4Gi', '4Gi'),
      qdrant: sized('500m', '2Gi', '2Gi'),
    },
    storage: { redis: '10Gi', neo4j: '50Gi', qdrant: '50Gi' },
    nodePort: false,
    demandsSecrets: true,
  },
};

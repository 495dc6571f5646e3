import { describe } from 'vitest';
import { deployment, is, judged, silent, type Fields } from './small-manifests.ts';

/** What the API server accepts, and takes for something else than it says. */

describe('an address block', () => {
  const policy = (ipBlock: Fields): Fields[] => [
    deployment('front', {}),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'front' },
      spec: {
        podSelector: { matchLabels: { app: 'front' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ ipBlock }] }],
      },
    },
  ];
  const wrong = is('warning', 'POLICY_BLOCK');
  judged([
    ['of a host in its network', policy({ cidr: '10.0.0.5/8' }), wrong],
    ['of a host in a small network', policy({ cidr: '192.168.1.130/25' }), wrong],
    ['with bits beyond no prefix', policy({ cidr: '10.0.0.0/0' }), wrong],
    ['that leaves out a host of a network', policy({ cidr: '10.0.0.0/8', except: ['10.1.2.3/16'] }), wrong],
    ['of a longer prefix than an address has', policy({ cidr: '10.0.0.0/33' }), is('error', 'INVALID_FIELD')],
    ['of a network', policy({ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }), silent],
    ['of one address', policy({ cidr: '192.168.1.130/32' }), silent],
    ['of half a network', policy({ cidr: '192.168.1.128/25' }), silent],
    ['of all addresses', policy({ cidr: '0.0.0.0/0' }), silent],
    ['of IPv6', policy({ cidr: 'fd00::/8' }), silent],
  ]);
});

describe('a field of a probe', () => {
  const probed = (fields: Fields): Fields[] => [
    deployment('front', {
      ports: [{ containerPort: 8080 }],
      readinessProbe: { tcpSocket: { port: 8080 }, ...fields },
    }),
  ];
  const zero = is('warning', 'PROBE_ZERO');
  judged([
    ['is a period of 0', probed({ periodSeconds: 0 }), zero],
    ['is a time of 0', probed({ timeoutSeconds: 0 }), zero],
    ['is a count of 0', probed({ failureThreshold: 0 }), zero],
    ['is a count of successes of 0', probed({ successThreshold: 0 }), zero],
    ['is less than 0', probed({ periodSeconds: -1 }), is('error', 'INVALID_FIELD')],
    ['is a delay of 0', probed({ initialDelaySeconds: 0 }), silent],
    ['is the least number', probed({ periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 1 }), silent],
  ]);
});

describe('an autoscaler', () => {
  const scaled = (behavior: Fields, resources: Fields = { requests: { cpu: '100m' } }): Fields[] => [
    deployment('front', { resources }),
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'front' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'front' },
        maxReplicas: 4,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
        ],
        behavior,
      },
    },
  ];
  const limitRange = (limit: Fields): Fields => ({
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'usual' },
    spec: { limits: [{ type: 'Container', ...limit }] },
  });
  judged([
    [
      'that only waits before it scales down',
      scaled({ scaleDown: { stabilizationWindowSeconds: 300 } }),
      silent,
    ],
    ['that never scales down', scaled({ scaleDown: { selectPolicy: 'Disabled' } }), silent],
    ['with no policy', scaled({ scaleDown: { policies: [] } }), is('error', 'INVALID_FIELD')],
    ['of a share of nothing', scaled({}, {}), is('warning', 'AUTOSCALER_BLIND')],
    [
      'of a share of what a LimitRange sets',
      [...scaled({}, {}), limitRange({ defaultRequest: { cpu: '100m' } })],
      silent,
    ],
    [
      'of a share of another resource than a LimitRange sets',
      [...scaled({}, {}), limitRange({ default: { memory: '1Gi' } })],
      is('warning', 'AUTOSCALER_BLIND'),
    ],
  ]);
});

import { describe } from 'vitest';
import { configMap, deployment, env, is, judged, service, silent, type Fields } from './small-manifests.ts';

/** Forms that public sets of manifests have, and that are right. */

describe('a Service of pods that a custom resource makes', () => {
  const dashboard = (labels: Fields, namespace = 'default'): Fields => ({
    apiVersion: 'observability.example.com/v1',
    kind: 'Dashboard',
    metadata: { name: 'main', namespace },
    spec: { replicas: 2, podMetadata: { labels } },
  });
  const other = deployment('shop', {});
  judged([
    [
      'is not known',
      [service('board', 80), other, dashboard({ app: 'board' })],
      is('unknown', 'SELECTS_NOTHING'),
    ],
    [
      'of other labels',
      [service('board', 80), other, dashboard({ app: 'bored' })],
      is('warning', 'SELECTS_NOTHING'),
    ],
    [
      'of another namespace',
      [service('board', 80), other, dashboard({ app: 'bored' }), dashboard({ app: 'board' }, 'away')],
      is('warning', 'SELECTS_NOTHING'),
    ],
  ]);
});

describe('an object with a template of pods, which is not read,', () => {
  const template = { metadata: { labels: { app: 'board' } }, spec: { containers: [{ name: 'main' }] } };
  const rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'board' },
    spec: { selector: { matchLabels: { app: 'board' } }, template },
  };
  const scaler = (kind: string): Fields => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'board' },
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'argoproj.io/v1alpha1', kind, name: 'board' } },
  });
  const jobs = {
    ...{ apiVersion: 'jobset.x-k8s.io/v1alpha2', kind: 'JobSet', metadata: { name: 'board' } },
    spec: { replicatedJobs: [{ name: 'a', template: { spec: { template } } }] },
  };
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'board' } }];
  const claim = {
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'board' } },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const mounts = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
  const other = deployment('shop', {});
  judged([
    ['makes what a Service selects', [service('board', 80), other, rollout], silent],
    ['makes it deeper', [service('board', 80), other, jobs], silent],
    ['makes other pods', [service('bored', 80), other, rollout], is('warning', 'SELECTS_NOTHING')],
    ['is scaled', [rollout, scaler('Rollout')], silent],
    ['is not scaled as another kind', [rollout, scaler('Roll')], is('unknown', 'OBJECT_MISSING')],
    [
      'uses the claim that no workload uses',
      [
        {
          ...rollout,
          spec: { ...rollout.spec, template: { ...template, spec: { ...template.spec, volumes } } },
        },
        claim,
        deployment('shop', mounts, {
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'bored' } }],
        }),
      ],
      silent,
    ],
  ]);
});

describe('objects without a namespace beside those of several', () => {
  const inside = (namespace: string, object: Fields): Fields => ({
    ...object,
    metadata: { ...(object['metadata'] as Fields), namespace },
  });
  const other = inside('away', deployment('other', {}));
  const calls = (name: string): Fields => deployment('web', { env: env({ CACHE_URL: `http://${name}:80` }) });
  judged([
    ['select what is in one', [service('web', 80), inside('shop', deployment('web', {})), other], silent],
    ['are selected from one', [inside('shop', service('web', 80)), deployment('web', {}), other], silent],
    [
      'dial what is in one',
      [calls('b'), inside('shop', service('b', 80)), inside('shop', deployment('b', {})), other],
      silent,
    ],
    [
      'are dialled from one',
      [inside('shop', calls('b')), service('b', 80), deployment('b', {}), other],
      silent,
    ],
    [
      'are not those of another name',
      [
        inside('shop', calls('b')),
        inside('shop', service('c', 80)),
        inside('shop', deployment('c', {})),
        service('d', 80),
        deployment('d', {}),
        other,
      ],
      is('error', 'HOST_UNKNOWN'),
    ],
  ]);
});

describe('a Service that selects nothing', () => {
  const web = (labels: Fields): Fields => ({
    ...service('web', 80),
    spec: { selector: labels, ports: [{ port: 80 }] },
  });
  const route: Fields = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  };
  const pods = deployment('wob', { ports: [{ containerPort: 80 }] });
  const wrong = web({ app: 'wbb' });
  judged([
    ['but a slip, and is routed to, cannot work', [wrong, pods, route], is('error', 'SELECTS_NOTHING')],
    ['and is not routed to is a warning', [wrong, pods], is('warning', 'SELECTS_NOTHING')],
    [
      'while the pods have another Service is a warning',
      [wrong, pods, route, service('wob', 80)],
      is('warning', 'SELECTS_NOTHING'),
    ],
    [
      'by a word of its own is a warning',
      [web({ app: 'canary' }), pods, route],
      is('warning', 'SELECTS_NOTHING'),
    ],
  ]);
});

describe('options of a shell', () => {
  const starts = (...command: string[]): Fields[] => [
    deployment('tool', { command: [...command, 'echo begin\nexec /app/tool serve'] }),
  ];
  judged([
    ['with c in their middle', starts('/bin/bash', '-ecx'), silent],
    ['with c at their end', starts('/bin/sh', '-xec'), silent],
    ['with c first', starts('bash', '-ce'), silent],
    ['without c', starts('/bin/bash', '-ex'), is('error', 'COMMAND')],
  ]);
});

describe('a claim', () => {
  const claim = (mode: string, storage: string, own: Fields = {}): Fields[] => [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'models' },
      spec: { accessModes: [mode], resources: { requests: { storage } }, ...own },
    },
    deployment(
      'model',
      { volumeMounts: [{ name: 'models', mountPath: '/models', readOnly: true }] },
      {
        volumes: [{ name: 'models', persistentVolumeClaim: { claimName: 'models' } }],
      },
    ),
  ];
  judged([
    [
      'of what others have written is a warning',
      claim('ReadOnlyMany', '10Gi'),
      is('warning', 'CLAIM_READ_ONLY'),
    ],
    [
      'of a file server that gives what it has is a warning',
      claim('ReadWriteMany', '1Mi'),
      is('warning', 'QUANTITY'),
    ],
    ['of what is there', claim('ReadOnlyMany', '10Gi', { volumeName: 'models' }), silent],
    ['of a volume made by hand', claim('ReadWriteMany', '1Mi', { storageClassName: '' }), silent],
    ['of a disk', claim('ReadWriteOnce', '10Gi'), silent],
  ]);
});

describe('a StatefulSet whose Service is not there', () => {
  const set = (serviceName: string): Fields => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'sync' },
    spec: {
      serviceName,
      selector: { matchLabels: { app: 'sync' } },
      template: {
        metadata: { labels: { app: 'sync' } },
        spec: { containers: [{ name: 'main', image: 'registry.example.org/own:1' }] },
      },
    },
  });
  const headless: Fields = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'sync-pods' },
    spec: { clusterIP: 'None', selector: { app: 'sync' }, ports: [{ port: 80 }] },
  };
  judged([
    ['runs, without names for its pods', [set('sync')], is('warning', 'OBJECT_MISSING')],
    [
      'names another than the headless one of its pods',
      [set('sync'), headless],
      is('warning', 'OBJECT_MISSING'),
    ],
    ['is named nowhere', [set(''), headless], silent],
  ]);
});

describe('a ConfigMap that is not there', () => {
  const pod = deployment('web', { envFrom: [{ configMapRef: { name: 'settings' } }] });
  judged([
    ['is unknown where no ConfigMap is', [pod], is('unknown', 'OBJECT_MISSING')],
    ['is an error beside others', [pod, configMap('other', { A: 'b' })], is('error', 'OBJECT_MISSING')],
  ]);
});

describe('two declared ports', () => {
  const ports = (...list: Fields[]): Fields[] => [deployment('web', { ports: list })];
  judged([
    [
      'of one number have two names',
      ports({ name: 'http', containerPort: 80 }, { name: 'https', containerPort: 80 }),
      is('warning', 'PORT_TWICE'),
    ],
    [
      'of one name are refused',
      ports({ name: 'http', containerPort: 80 }, { name: 'http', containerPort: 81 }),
      is('error', 'PORT_TWICE'),
    ],
  ]);
});

describe('a Service labelled as another program than it selects', () => {
  const labelled = (name: string): Fields => ({
    ...service('web', 80),
    metadata: { name: 'web', labels: { 'app.kubernetes.io/name': name } },
    spec: { selector: { 'app.kubernetes.io/name': 'web' }, ports: [{ port: 80 }] },
  });
  const program = (name: string): Fields => {
    const labels = { 'app.kubernetes.io/name': name };
    const container = { name: 'main', image: 'registry.example.org/own:1' };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    };
  };
  judged([
    [
      'that is there',
      [labelled('shop'), program('shop'), program('web')],
      is('error', 'SELECTOR_OF_ANOTHER'),
    ],
    ['that is not there', [labelled('shop'), program('web')], silent],
  ]);
});

describe('an Ingress whose backend is no Service', () => {
  const ingress = (backend: Fields): Fields => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop' },
    spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
  });
  const action = (name: string): Fields => ({ service: { name: 'split', port: { name } } });
  judged([
    [
      'but a resource of its controller',
      [service('web', 80), ingress({ resource: { apiGroup: 'example.org', kind: 'Bucket', name: 'files' } })],
      is('unknown', 'SELECTS_NOTHING'),
    ],
    [
      "but an action of AWS' controller",
      [service('web', 80), ingress(action('use-annotation'))],
      is('unknown', 'SELECTS_NOTHING'),
    ],
    [
      'is an error otherwise',
      [service('web', 80), ingress(action('http'))],
      [...is('unknown', 'SELECTS_NOTHING'), 'error HOST_UNKNOWN'],
    ],
  ]);
});

describe('a route to what another kind than a Service names', () => {
  const route = (backend: Fields): Fields => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'board' },
    spec: { rules: [{ backendRefs: [backend] }] },
  });
  judged([
    [
      'has a name of its own form',
      [route({ group: 'traefik.io', kind: 'TraefikService', name: 'api@internal' })],
      silent,
    ],
  ]);
});

describe('a volume', () => {
  const disk = (container: Fields): Fields[] => [
    deployment('disk', container, {
      volumes: [{ name: 'raw', persistentVolumeClaim: { claimName: 'raw' } }],
    }),
  ];
  const given = (data: Fields): Fields[] => [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'certs' }, stringData: data },
    deployment(
      'web',
      {
        command: ['/web', '--key=/etc/certs/tls.key'],
        volumeMounts: [{ name: 'certs', mountPath: '/etc/certs' }],
      },
      { volumes: [{ name: 'certs', secret: { secretName: 'certs' } }] },
    ),
  ];
  judged([
    ['is used as a device', disk({ volumeDevices: [{ name: 'raw', devicePath: '/dev/xvda' }] }), silent],
    ['is not used', disk({}), is('warning', 'VOLUME_UNUSED')],
    ['of a Secret for others to fill holds any file', given({}), silent],
    ['of another Secret holds its own', given({ 'tls.crt': 'x' }), is('error', 'FILE_MISSING')],
  ]);
});

describe('a certificate of Istio', () => {
  const pod = (name: string): Fields =>
    deployment(
      'gateway',
      { volumeMounts: [{ name: 'ca', mountPath: '/etc/ca' }] },
      { volumes: [{ name: 'ca', configMap: { name } }] },
    );
  judged([
    ['is in every namespace', [configMap('other', { A: 'b' }), pod('istio-ca-root-cert')], silent],
    [
      'of another name is not',
      [configMap('other', { A: 'b' }), pod('own-root-cert')],
      is('error', 'OBJECT_MISSING'),
    ],
  ]);
});

describe('an option behind -c', () => {
  const probe = (...command: string[]): Fields[] => [
    deployment('db', { image: 'registry.example.org/db:1', readinessProbe: { exec: { command } } }),
  ];
  judged([
    ['stands before the script', probe('/bin/sh', '-c', '-e', 'exec pg_isready -h 127.0.0.1'), silent],
    ['has a value', probe('bash', '-ceo', 'pipefail', 'pg_isready -h 127.0.0.1 | tee /dev/stderr'), silent],
    ['is no script', probe('/bin/sh', '-c', ''), is('error', 'COMMAND')],
  ]);
});

describe('a Service of UDP', () => {
  const names = (targetPort: string | number): Fields[] => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'names' },
      spec: { selector: { app: 'names' }, ports: [{ port: 53, protocol: 'UDP', targetPort }] },
    },
    deployment('names', { ports: [{ name: 'dns', containerPort: 53 }] }),
  ];
  judged([
    ['reaches a number whatever is declared', names(53), is('warning', 'PROTOCOL_MISMATCH')],
    ['reaches a name only by its protocol', names('dns'), is('error', 'PROTOCOL_MISMATCH')],
  ]);
});

describe('in a Namespace that asks for restricted', () => {
  const namespace: Fields = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'default', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  };
  const pod = (own: Fields): Fields =>
    deployment(
      'controller',
      { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, ...own } },
      {
        automountServiceAccountToken: true,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      },
    );
  judged([
    ['a token and a writable root are allowed', [namespace, pod({ readOnlyRootFilesystem: false })], silent],
    [
      'a right to escalate is not',
      [namespace, pod({ privileged: true })],
      ['error INVALID_FIELD', 'error HARDENING'],
    ],
  ]);
});

describe('an object that is there twice', () => {
  const policy: Fields = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'closed' },
    spec: { podSelector: {} },
  };
  judged([
    ['is told once', [deployment('web', {}), deployment('web', {})], is('error', 'DUPLICATE_OBJECT')],
    ['is told once as a policy', [policy, policy], is('error', 'DUPLICATE_OBJECT')],
  ]);
});

describe('a path that is a pattern', () => {
  const ingress = (path: string, annotations: Fields, pathType = 'ImplementationSpecific'): Fields[] => [
    deployment('web', {}),
    service('web', 80),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web', annotations },
      spec: {
        ingressClassName: 'nginx',
        rules: [
          {
            http: {
              paths: [{ path, pathType, backend: { service: { name: 'web', port: { number: 80 } } } }],
            },
          },
        ],
      },
    },
  ];
  const pattern = '/api/v[0-9]+/(.*)';
  const regex = { 'nginx.ingress.kubernetes.io/use-regex': 'true' };
  judged([
    ['is said to be one', ingress(pattern, regex), silent],
    ['is not said to be one', ingress(pattern, {}), is('warning', 'ROUTE')],
    ['is said to be a prefix', ingress(pattern, regex, 'Prefix'), is('warning', 'ROUTE')],
    ['is none', ingress('/api/v1.2_a-b', {}), silent],
  ]);
});

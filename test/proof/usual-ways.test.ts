import { describe } from 'vitest';
import { deployment, env, is, judged, service, silent, store, type Fields } from './small-manifests.ts';

/** Ways of doing things that well-kept public manifests have, each beside the fault that it looks like. */

const custom = (apiVersion: string, kind: string, name: string): Fields => ({
  apiVersion,
  kind,
  metadata: { name },
  spec: { replicas: 1 },
});

describe('a program that listens on several ports', () => {
  const echo = (...declared: number[]): Fields =>
    deployment('echo', {
      args: ['--port=8080', '--port=8090'],
      ports: declared.map((containerPort) => ({ containerPort })),
    });
  judged([
    ['is told each by one option', [echo(8080, 8090)], silent],
    ['and declares one', [echo(8080)], is('warning', 'CONTAINER_PORT')],
  ]);
});

describe('a pod that is given no time to stop', () => {
  const given = (terminationGracePeriodSeconds: number, lifecycle: Fields): Fields =>
    deployment('sleep', lifecycle, { terminationGracePeriodSeconds });
  const sleeping = (seconds: number): Fields => ({ lifecycle: { preStop: { sleep: { seconds } } } });
  judged([
    ['and has no hook', [given(0, {})], silent],
    ['has a hook that waits', [given(5, sleeping(5))], is('warning', 'GRACE')],
  ]);
});

describe('a volume of the name of a claim template', () => {
  const set = (volume: Fields): Fields => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'store' },
    spec: {
      serviceName: '',
      selector: { matchLabels: { app: 'store' } },
      template: {
        metadata: { labels: { app: 'store' } },
        spec: {
          enableServiceLinks: false,
          containers: [
            {
              ...{ name: 'main', image: 'registry.example.org/store:1' },
              volumeMounts: [{ name: 'data', mountPath: '/data' }],
            },
          ],
          volumes: [{ name: 'data', ...volume }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  });
  judged([
    ['stands for it', [set({ persistentVolumeClaim: { claimName: 'data' } })], silent],
    ['is another', [set({ emptyDir: {} })], is('warning', 'MOUNT_TWICE')],
  ]);
});

describe('scratch space of init steps', () => {
  const steps = (count: number): Fields =>
    deployment(
      'web',
      {},
      {
        initContainers: Array.from({ length: count }, (_, index) => ({
          ...{ name: `step-${index}`, image: 'registry.example.org/step:1' },
          volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
        })),
        volumes: [{ name: 'scratch', emptyDir: {} }],
      },
    );
  judged([
    ['is passed on', [steps(2)], silent],
    ['is used by one', [steps(1)], is('warning', 'VOLUME_UNUSED')],
  ]);
});

describe('a script on a read-only root', () => {
  const script = (text: string): Fields =>
    deployment('probe', {
      command: ['sh', '-c', text],
      securityContext: { readOnlyRootFilesystem: true },
    });
  judged([
    ['writes to a device', [script('wget -q -O - http://example.org > /dev/null; sleep 60')], silent],
    ['writes to a file', [script('date > /var/stamp; sleep 60')], is('error', 'PATH_NOT_WRITABLE')],
  ]);
});

describe('a folder of Windows', () => {
  const mounted = (mountPath: string): Fields =>
    deployment(
      'site',
      { volumeMounts: [{ name: 'logs', mountPath }] },
      { nodeSelector: { 'kubernetes.io/os': 'windows' }, volumes: [{ name: 'logs', emptyDir: {} }] },
    );
  judged([
    ['has a drive', [mounted('C:\\inetpub\\logs')], silent],
    ['has none', [mounted('inetpub\\logs')], is('error', 'INVALID_FIELD')],
  ]);
});

describe('a volume made by hand', () => {
  const named = { metadata: { name: 'models' } };
  const size = { storage: '10Gi' };
  judged([
    [
      'is no claim of its name',
      [
        {
          ...{ apiVersion: 'v1', kind: 'PersistentVolume', ...named },
          spec: {
            ...{ capacity: size, accessModes: ['ReadWriteMany'] },
            nfs: { server: 'nfs.example.org', path: '/' },
          },
        },
        {
          ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...named },
          spec: {
            ...{ accessModes: ['ReadWriteMany'], storageClassName: '', volumeName: 'models' },
            resources: { requests: size },
          },
        },
      ],
      silent,
    ],
  ]);
});

describe('a Secret that SOPS encrypted', () => {
  const sealed = 'ENC[AES256_GCM,data:Tm9uZQ==,iv:YQ==,tag:Yg==,type:str]';
  const secret: Fields = {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' } },
    data: { url: sealed },
    stringData: { host: sealed },
    sops: { lastmodified: '2026-01-01T00:00:00Z', mac: sealed },
  };
  const taking = (key: string): Fields =>
    deployment('shop', {
      env: [{ name: 'STORE_HOST', valueFrom: { secretKeyRef: { name: 'keys', key } } }],
    });
  judged([
    ['has values that are not known', [secret, taking('url'), service('shop', 80)], silent],
    ['has its keys', [secret, taking('uri')], is('error', 'KEY_MISSING')],
  ]);
});

describe('a Service that a custom resource of its name may make', () => {
  const caller = (): Fields[] => [
    ...store('other', 'registry.example.org/other:1', 80),
    deployment('caller', { env: env({ HELLO_URL: 'http://hello' }) }),
  ];
  judged([
    [
      'is not known',
      [...caller(), custom('serving.knative.dev/v1', 'Service', 'hello')],
      is('unknown', 'HOST_UNKNOWN'),
    ],
    [
      'is missing beside one that watches',
      [...caller(), custom('monitoring.coreos.com/v1', 'PodMonitor', 'hello')],
      is('error', 'HOST_UNKNOWN'),
    ],
    [
      'selects pods by the name of the resource',
      [
        service('front', 9090),
        deployment('shop', {}),
        custom('monitoring.coreos.com/v1', 'Prometheus', 'front'),
      ],
      is('unknown', 'SELECTS_NOTHING'),
    ],
  ]);
});

describe('pods of the control plane', () => {
  const dns = (namespace: string): Fields[] => [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'names', namespace } },
      spec: { selector: { 'k8s-app': 'kube-dns' }, ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] },
    },
    { ...deployment('shop', {}), metadata: { name: 'shop', namespace } },
  ];
  judged([
    ['are in nobody’s manifests', dns('kube-system'), is('unknown', 'SELECTS_NOTHING')],
    ['are in no other namespace', dns('shop'), is('warning', 'SELECTS_NOTHING')],
  ]);
});

describe('a node port of both protocols', () => {
  const names = (...protocols: string[]): Fields => ({
    ...{
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `names-${protocols[0]?.toLowerCase() ?? ''}` },
    },
    spec: {
      ...{ type: 'NodePort', selector: { app: 'names' } },
      ports: protocols.map((protocol) => ({
        ...{ name: protocol.toLowerCase(), port: 53, nodePort: 30053, protocol },
      })),
    },
  });
  const pods = deployment('names', {});
  judged([
    ['is of one Service', [names('TCP', 'UDP'), pods], silent],
    ['is of two', [names('TCP'), names('UDP'), pods], is('error', 'PORT_TWICE')],
  ]);
});

describe('a Service port that leads to a port by another name', () => {
  const proxy = (...targets: [string, number, string][]): Fields[] => [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'proxy' } },
      spec: {
        selector: { app: 'proxy' },
        ports: targets.map(([name, port, targetPort]) => ({ name, port, targetPort })),
      },
    },
    deployment('proxy', {
      ports: [
        { name: 'http', containerPort: 8080 },
        { name: 'tohttps', containerPort: 2443 },
        { name: 'metrics', containerPort: 9100 },
      ],
    }),
  ];
  judged([
    ['that no other port of it has', proxy(['http', 80, 'tohttps'], ['https', 443, 'http']), silent],
    [
      'that another port of it has',
      proxy(['http', 80, 'metrics'], ['metrics', 9100, 'metrics']),
      is('warning', 'PORT_NAME_CROSSED'),
    ],
  ]);
});

describe('a port of a Service that nothing dials', () => {
  const offered = (port: number): Fields[] => [
    service('echo', port, 8080),
    deployment('echo', { ports: [{ containerPort: 8080 }] }),
  ];
  judged([
    ['is one that servers of many kinds have', offered(8000), silent],
    ['is a digit off', offered(8180), is('warning', 'PORT_LOOKS_WRONG')],
  ]);
});

describe('a policy in front of a load balancer', () => {
  const entry = (own: Fields): Fields[] => [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop' } },
      spec: {
        type: 'LoadBalancer',
        selector: { app: 'shop' },
        ports: [{ port: 80, targetPort: 8080 }],
        ...own,
      },
    },
    deployment('shop', { ports: [{ containerPort: 8080 }] }),
    {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'shop' } },
      spec: {
        podSelector: { matchLabels: { app: 'shop' } },
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tailscale' } } }],
            ports: [{ port: 8080 }],
          },
        ],
      },
    },
  ];
  judged([
    ['lets in the pods of its class', entry({ loadBalancerClass: 'tailscale' }), silent],
    ['of the cloud', entry({}), is('error', 'CONNECTION_BLOCKED')],
  ]);
});

describe('a pod by its name', () => {
  const named = (clusterIP: Fields): Fields[] => [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'peers' } },
      spec: { selector: { app: 'peers' }, ports: [{ name: 'main', port: 80 }], ...clusterIP },
    },
    {
      ...deployment('peers', { ports: [{ containerPort: 80 }] }),
      kind: 'StatefulSet',
      spec: {
        ...(deployment('peers', { ports: [{ containerPort: 80 }] })['spec'] as Fields),
        serviceName: 'peers',
      },
    },
    deployment('caller', { env: env({ PEER_URL: 'http://peers-0.peers' }) }),
  ];
  judged([
    ['of a headless Service', named({ clusterIP: 'None' }), silent],
    ['of a Service that is not', named({}), is('error', 'HOST_UNKNOWN')],
  ]);
});

describe('an address that a policy allows', () => {
  const allowing = (cidr: string): Fields[] => [
    deployment('shop', {}),
    {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'shop' } },
      spec: {
        ...{ podSelector: { matchLabels: { app: 'shop' } }, policyTypes: ['Egress'] },
        egress: [{ to: [{ ipBlock: { cidr } }] }],
      },
    },
  ];
  judged([
    ['of the identity of pods', allowing('169.254.170.23/32'), silent],
    ['near a name server', allowing('169.254.20.1/32'), is('warning', 'POLICY_BLOCK')],
  ]);
});

describe('a variable that is replaced before an object is applied', () => {
  const scaled = (replicas: unknown): Fields => {
    const one = deployment('web', {});
    return { ...one, spec: { ...(one['spec'] as Fields), replicas } };
  };
  judged([
    ['stands for a number', [scaled('${REPLICAS}')], is('unknown', 'INVALID_FIELD')],
    ['has a default', [scaled('${REPLICAS:=2}')], is('unknown', 'INVALID_FIELD')],
    [
      'is one that Kubernetes would replace, and not here',
      [scaled('$(REPLICAS)')],
      is('error', 'INVALID_FIELD'),
    ],
  ]);
});

describe('a kind that the newest release known here does not have in that version', () => {
  const of = (apiVersion: string, kind: string): Fields => ({ apiVersion, kind, metadata: { name: 'one' } });
  judged([
    [
      'has left its early version since',
      [of('admissionregistration.k8s.io/v1', 'MutatingAdmissionPolicy')],
      is('unknown', 'UNKNOWN_KIND'),
    ],
    ['is new', [of('scheduling.k8s.io/v1alpha1', 'Workload')], is('unknown', 'UNKNOWN_KIND')],
    ['is in another stable one', [of('coordination.k8s.io/v2', 'Lease')], is('error', 'UNKNOWN_KIND')],
    ['is one that was never there', [of('apps/v1', 'Helm')], is('error', 'UNKNOWN_KIND')],
  ]);
});

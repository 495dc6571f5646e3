import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CLUSTER_DOMAIN, DNS_ADDRESS, NODE_NAME } from './addresses.ts';
import { DNS_IMAGE } from './system-images.ts';

const namespace = 'kube-system';
const name = 'coredns';
const labels = { 'k8s-app': 'kube-dns' };

/** CoreDNS as every cluster has it, for names of the cluster only: no pod here has a way out to others. */
export const dnsObjects: readonly object[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'system:coredns' },
    rules: [
      {
        apiGroups: [''],
        resources: ['endpoints', 'services', 'pods', 'namespaces'],
        verbs: ['list', 'watch'],
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'system:coredns' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data: {
      Corefile: `.:53 {
  errors
  health
  ready
  kubernetes ${CLUSTER_DOMAIN} in-addr.arpa ip6.arpa
  cache 5
}
`,
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          dnsPolicy: 'Default',
          containers: [
            {
              name,
              image: DNS_IMAGE,
              args: ['-conf', '/etc/coredns/Corefile'],
              volumeMounts: [{ name: 'config', mountPath: '/etc/coredns' }],
              readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
            },
          ],
          volumes: [{ name: 'config', configMap: { name } }],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace },
    spec: {
      clusterIP: DNS_ADDRESS,
      selector: labels,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  },
];

const CLASS = 'standard';
/** Each serves one claim, once. */
const VOLUMES = 96;

/** A default StorageClass, and a pool of folders as volumes of it: what a provisioner would make, made before. */
export async function storageObjects(folder: string): Promise<object[]> {
  const volumes = Array.from({ length: VOLUMES }, (_, index) => ({
    name: `local-${index}`,
    path: join(folder, 'volumes', String(index)),
  }));
  await Promise.all(volumes.map(({ path }) => mkdir(path, { recursive: true })));
  return [storageClass, ...volumes.map(persistentVolume)];
}

const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: CLASS, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
};

const persistentVolume = (volume: { name: string; path: string }): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: volume.name },
  spec: {
    capacity: { storage: '100Gi' },
    accessModes: ['ReadWriteOnce'],
    storageClassName: CLASS,
    persistentVolumeReclaimPolicy: 'Retain',
    local: { path: volume.path },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] }] },
        ],
      },
    },
  },
});

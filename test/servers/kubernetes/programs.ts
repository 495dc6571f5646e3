import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sideBySide } from '../side-by-side.ts';
import { goProgram, pinnedVersion, type GoModule } from './go-program.ts';

const kube: GoModule = {
  folder: 'kube',
  versionOf: 'k8s.io/kubernetes',
  versionVariable: 'k8s.io/component-base/version.gitVersion',
};
const etcd: GoModule = { folder: 'etcd', versionOf: 'go.etcd.io/etcd/server/v3' };
const coredns: GoModule = { folder: 'coredns', versionOf: 'github.com/coredns/coredns' };
const health: GoModule = { folder: 'health', versionOf: 'sigs.k8s.io/cli-utils' };
const helm: GoModule = { folder: 'helm', versionOf: 'helm.sh/helm/v4' };
const kubeScore: GoModule = { folder: 'peers', versionOf: 'github.com/zegl/kube-score' };
const kubeconform: GoModule = { folder: 'peers', versionOf: 'github.com/yannh/kubeconform' };

/** Every program that can be had, and where from: another one is a line here (and a `tool` line in its go.mod). */
const programs = {
  etcd: { module: etcd, package: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': { module: kube, package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  kubectl: { module: kube, package: 'k8s.io/kubernetes/cmd/kubectl' },
  'kube-controller-manager': { module: kube, package: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  'kube-scheduler': { module: kube, package: 'k8s.io/kubernetes/cmd/kube-scheduler' },
  'kube-proxy': { module: kube, package: 'k8s.io/kubernetes/cmd/kube-proxy' },
  kubelet: { module: kube, package: 'k8s.io/kubernetes/cmd/kubelet' },
  coredns: { module: coredns, package: 'github.com/coredns/coredns' },
  health: { module: health, package: '.' },
  helm: { module: helm, package: 'helm.sh/helm/v4/cmd/helm' },
  'kube-score': { module: kubeScore, package: 'github.com/zegl/kube-score/cmd/kube-score' },
  kubeconform: { module: kubeconform, package: 'github.com/yannh/kubeconform/cmd/kubeconform' },
} satisfies Record<string, { module: GoModule; package: string }>;

export type ProgramName = keyof typeof programs;

/** Paths of the programs an API server for tests is made of. */
export interface KubernetesBinaries {
  kubeApiserver: string;
  etcd: string;
  kubectl: string;
}

/**
 * The API server's programs: the user's own from the folder KUBEBUILDER_ASSETS where that is set, else built from
 * Go modules (minutes, once). Rejects with `Unavailable` when they cannot be built here.
 */
export async function kubernetesBinaries(): Promise<KubernetesBinaries> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  const path = async (name: ProgramName) =>
    assets === undefined || assets === '' ? builtProgram(name) : fromAssets(assets, name);
  const [etcd, kubeApiserver, kubectl] = await sideBySide([
    path('etcd'),
    path('kube-apiserver'),
    path('kubectl'),
  ]);
  return { etcd, kubeApiserver, kubectl };
}

/** The path of one program, built from its pinned Go module on first use. */
export function builtProgram(name: ProgramName): Promise<string> {
  return goProgram({ name, ...programs[name] });
}

/** The version of a program, as its module pins it. */
export const programVersion = (name: ProgramName): Promise<string> => pinnedVersion(programs[name].module);

function fromAssets(folder: string, name: ProgramName): string {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  throw new Error(
    `KUBEBUILDER_ASSETS is ${folder}, but there is no ${name} in it. ` +
      'Point it at a folder with etcd, kube-apiserver and kubectl, or unset it to have them built.',
  );
}

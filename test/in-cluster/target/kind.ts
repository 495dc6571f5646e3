import { run } from '../../servers/process.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import { backendImage } from '../../../contract/services/backend.ts';
import { buildArguments } from '../../../scripts/programs.ts';
import { kubeconfigCluster } from './kubeconfig-cluster.ts';
import { officialImages } from './official-images.ts';
import type { Target } from './target.ts';

const name = 'mooring-test';
const byName = ['--name', name];

/**
 * A kind cluster of the tests' own, by the checked-in configuration, with the app's image as `npm run image` builds
 * it; the stores' official images are pulled by its node. One at a time, as it maps ports of this machine.
 */
export async function startKindTarget(): Promise<Target> {
  await run('docker', ['build', ...buildArguments(backendImage)]);
  await run('kind', ['create', 'cluster', ...byName, '--config', 'kind-config.yaml', '--wait', '180s']);
  const remove = async () => {
    await run('kind', ['delete', 'cluster', ...byName]);
  };
  try {
    await run('kind', ['load', 'docker-image', backendImage, ...byName]);
    const cluster = await kubeconfigCluster({
      name: 'kind',
      kubeconfig: (await run('kind', ['get', 'kubeconfig', ...byName])).stdout,
      nodeAddress: await nodeAddress(),
      importImage: async (_, tarPath) => {
        await run('kind', ['load', 'image-archive', tarPath, ...byName]);
      },
      stop: remove,
    });
    return { cluster, images: officialImages() };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Tests use more node ports than the configuration maps, so they go to the node's container itself. */
async function nodeAddress(): Promise<string> {
  if (process.platform !== 'linux')
    throw new Unavailable(
      'the node ports of kind',
      `containers have no address that ${process.platform} reaches`,
    );
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  return (await run('docker', ['inspect', '--format', format, `${name}-control-plane`])).stdout.trim();
}

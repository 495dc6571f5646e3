import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import lock from '../../package-lock.json' with { type: 'json' };
import { packageFoldersOf, packageJsonIn, type PackageJson } from './bundled.ts';
import { installedWith, manifest } from './manifest.ts';

/** The file in the package. */
export const sbomFile = 'sbom.cdx.json';

const licences = new Contrib.License.Factories.LicenseFactory(() => undefined);
const components = new Contrib.FromNodePackageJson.Builders.ComponentBuilder(
  new Contrib.FromNodePackageJson.Factories.ExternalReferenceFactory(),
  licences,
);

/**
 * The software bill of materials of the package, CycloneDX 1.6 in JSON: what `files`, of which it is bundled, are of, and what
 * is installed with it. It has neither a time nor a random number, so that the same sources give the same bytes.
 */
export function sbomOf(files: readonly string[]): string {
  const whole = componentOf(manifest, Enums.ComponentType.Application);
  const beside = installedWith.map((name) => `node_modules/${name}`);
  // A package may be there twice, in the folders of two others.
  const parts = new Map([...packageFoldersOf(files), ...beside].map(partIn).map((part) => [part.purl, part]));
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: whole }),
    components: new Models.ComponentRepository(parts.values()),
  });
  for (const { bomRef } of bom.components) whole.dependencies.add(bomRef);
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** A package, with what the lock file pins: its tarball, unless it came in another one's. */
function partIn(folder: string): Models.Component {
  const component = componentOf(packageJsonIn(folder), Enums.ComponentType.Library);
  const { integrity, inBundle } = lockedAt(folder);
  const [, sha512] = /^sha512-(\S+)$/.exec(integrity ?? '') ?? [];
  if (sha512 !== undefined)
    component.hashes.set(Enums.HashAlgorithm['SHA-512'], Buffer.from(sha512, 'base64').toString('hex'));
  else if (!inBundle) throw new Error(`package-lock.json pins no tarball of ${folder}.`);
  return component;
}

function lockedAt(folder: string): { readonly integrity?: string; readonly inBundle?: boolean } {
  const packages: Readonly<Record<string, object>> = lock.packages;
  return packages[folder] ?? {};
}

function componentOf(packageJson: PackageJson, type: Enums.ComponentType): Models.Component {
  const component = components.makeComponent(packageJson, type);
  if (component === undefined) throw new Error(`${packageJson.name} cannot be named in an SBOM.`);
  const { name, version } = packageJson;
  component.purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  component.bomRef.value = component.purl;
  return component;
}

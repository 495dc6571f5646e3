/**
 * The repository of an image without registry, tag, digest and Docker Hub's `library/`.
 * `registry.example.com:5000/qdrant/qdrant:v1` gives `qdrant/qdrant`.
 */
export function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  const untagged = name.replace(/:[^/:]*$/, '');
  const parts = untagged.split('/');
  const [first = ''] = parts;
  const registry = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  return (registry ? parts.slice(1) : parts).join('/').replace(/^library\//, '');
}

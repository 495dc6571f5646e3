/**
 * The repository of an image without registry, tag, digest and Docker Hub's `library/`.
 * `registry.example.com:5000/team/search:v1` gives `team/search`.
 */
export function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  const untagged = name.replace(/:[^/:]*$/, '');
  const parts = untagged.split('/');
  const [first = ''] = parts;
  const registry = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  return (registry ? parts.slice(1) : parts).join('/').replace(/^library\//, '');
}

/** The tag of an image; empty where it has none. `app:v1@sha256:…` gives `v1`. */
export const tagOf = (image: string): string => /:([^/:@]+)(?:@|$)/.exec(image)?.[1] ?? '';

/** Why a text is no image, in at most one sentence. */
export const imageProblems = (image: string): string[] =>
  image.trim() === '' || /\s/.test(image) ? [`"${image}" is no image.`] : [];

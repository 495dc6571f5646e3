/**
 * What a CHANGELOG says of a version: the section of its number, else the one of what is not released yet, under the
 * version's number. @throws Error when there is neither.
 */
export function changesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^(?=## )/m);
  const titled = (title: string): string | undefined =>
    sections.find((section) => titleOf(section) === title);
  const section = titled(version) ?? titled('Unreleased');
  if (section === undefined)
    throw new Error(`CHANGELOG.md has neither a section "## ${version}" nor "## Unreleased". Add one.`);
  return `## ${version}\n${section.split('\n').slice(1).join('\n').trimEnd()}\n`;
}

/** `## 0.2.0 (2026-12-01)` is of 0.2.0. */
const titleOf = (section: string): string | undefined => /^## (\S+)/.exec(section)?.[1];

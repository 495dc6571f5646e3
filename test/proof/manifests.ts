import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { renderStack } from '../../charts-ts/render.ts';
import type { Stack } from '../../model/stack.ts';
import { readDocuments, type Doc } from '../../proof/source.ts';
import { fakeSecrets, presetDocuments, stackOf } from '../charts-ts/rendered.ts';
import { withoutDigests } from './mutation/leaves.ts';

/** Manifests for the proofs, as text and as documents. */

/** What `synth` writes for a stack, as one text, without the digests of what is in it. */
export const yamlOf = (stack: Stack): string =>
  renderStack(stack, { secretValues: fakeSecrets(stack) })
    .map((object) => stringify(withoutDigests(object), { version: '1.1' }))
    .join('---\n');

export type Preset = keyof typeof presetDocuments;
export const presets = Object.keys(presetDocuments) as Preset[];
export const presetYaml = (preset: Preset): string => yamlOf(stackOf(presetDocuments[preset]));
export const presetDocs = (preset: Preset): Doc[] => readDocuments(`${preset}.yaml`, presetYaml(preset));

const folder = import.meta.dirname;

/** A checked-in file of this folder, as documents that call it by its name there. */
export const fileText = (name: string): string => readFileSync(join(folder, name), 'utf8');
export const fileDocs = (name: string): Doc[] => readDocuments(name, fileText(name));

/** Correct manifests of other people's kind. */
export const corpusFiles = globSync('corpus/*', { cwd: folder }).sort();

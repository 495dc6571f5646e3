import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalEmbedder } from '../../../app/meaning/local-embedder.ts';
import { Meanings } from '../../../app/meaning/meanings.ts';
import { factsOf } from '../../../app/memory/facts.ts';
import { recall, whole } from '../../../app/memory/recall/recall.ts';
import { createStores } from '../../../app/stores/create-stores.ts';
import type { Stores } from '../../../app/stores/types.ts';
import { cachedModels } from '../../../scripts/models/cached-models.ts';
import { envOf } from '../../stores/real.ts';
import { figuresOf, type Figures, type Sample } from './figures.ts';
import type { Conversation } from './locomo.ts';

/** What a question is searched by. */
export const ways = ['words', 'meaning', 'both'] as const;
type Way = (typeof ways)[number];

/** Milliseconds until the last turn has its vectors. */
const longestMs = 600_000;

/** Turns that are looked at. */
const most = 20;

export interface Measured {
  readonly samples: Readonly<Record<Way, readonly Sample[]>>;
  readonly figures: Readonly<Record<Way, Figures>>;
}

/** Each conversation as what one patient told, all in one embedded store; then each question by itself, as `recall` finds. */
export async function measured(
  conversations: readonly Conversation[],
  say: (line: string) => void,
): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-recall-'));
  const stores = await createStores(envOf({ EMBEDDED_STORES: 'redis,neo4j,qdrant', DATA_DIR: folder }));
  const embedder = new LocalEmbedder(await cachedModels(say));
  const parts = {
    index: stores.index,
    isOpen: () => true,
    ...{ questionMs: longestMs, vectorsMs: longestMs },
    warn: (what: string, error: unknown) => say(`${what}: ${String(error)}`),
  };
  const [withModels, withoutModels] = [
    new Meanings({ ...parts, embedder }),
    new Meanings({ ...parts, embedder: undefined }),
  ];
  try {
    await fill(stores, conversations);
    withModels.hurry();
    await withModels.idle();
    const by = async (way: Way): Promise<Sample[]> =>
      asked(
        conversations,
        way === 'meaning'
          ? (patientId, text) => byMeaning(stores, withModels, { patientId, text })
          : async (patientId, text) => {
              const meanings = way === 'words' ? withoutModels : withModels;
              const recalling = {
                stores,
                meanings,
                warn: parts.warn,
                coverage: whole,
                except: new Set(''),
              };
              return (await recall(recalling, patientId, text)).facts.map(({ sourceId }) => sourceId);
            },
      );
    const samples = { words: await by('words'), meaning: await by('meaning'), both: await by('both') };
    const figures = {
      words: figuresOf(samples.words),
      meaning: figuresOf(samples.meaning),
      both: figuresOf(samples.both),
    };
    return { samples, figures };
  } finally {
    await withModels.close();
    for (const store of [stores.record, stores.index, stores.cache]) await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const patientOf = (at: number): string => `patient:${at}`;

async function fill({ record, index }: Stores, conversations: readonly Conversation[]): Promise<void> {
  for (const [at, { turns }] of conversations.entries())
    for (const { id, text } of turns) {
      const said = {
        patientId: patientOf(at),
        sessionId: 's',
        id,
        text,
        recordedAt: new Date().toISOString(),
      };
      const facts = factsOf(said);
      await record.addMessage({ ...said, speaker: 'patient' }, facts);
      await index.add(facts);
    }
}

async function asked(
  conversations: readonly Conversation[],
  search: (patientId: string, text: string) => Promise<readonly string[]>,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const [at, { questions }] of conversations.entries())
    for (const { text, evidence } of questions) {
      const begun = performance.now();
      const found = await search(patientOf(at), text);
      const ms = performance.now() - begun;
      samples.push({ evidence, found: [...new Set(found)].slice(0, most), ms });
    }
  return samples;
}

/** No word counts where none is searched for. */
async function byMeaning(
  { record, index }: Stores,
  meanings: Meanings,
  { patientId, text }: { readonly patientId: string; readonly text: string },
): Promise<readonly string[]> {
  const asked = await meanings.ofQuestion(patientId, text);
  if (!asked) throw new Error('The question could not be embedded.');
  const hits = await index.search(patientId, { text: '', limit: 50, asked });
  const ids = hits.map(({ factId }) => factId);
  const facts = new Map((await record.factsById(patientId, ids)).map((fact) => [fact.id, fact]));
  return ids.flatMap((id) => facts.get(id)?.sourceId ?? []);
}

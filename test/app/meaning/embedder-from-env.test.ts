import { expect, test } from 'vitest';
import { embedderFromEnv } from '../../../app/meaning/from-env.ts';
import { envOf } from '../../stores/real.ts';

const chosen = (variables: Parameters<typeof envOf>[0], memoryLimit = 0) => {
  const warnings: string[] = [];
  const warn = (what: string, error: unknown): unknown => warnings.push(`${what}: ${String(error)}`);
  return { embedder: embedderFromEnv(envOf(variables), { warn, memoryLimit }), warnings };
};

test('an endpoint is asked where there is one; without it and without models search is by words, which is no fault', () => {
  const { embedder, warnings } = chosen({
    EMBEDDINGS_BASE_URL: 'http://127.0.0.1:9/v1',
    EMBEDDINGS_MODEL: 'mini',
  });
  expect(embedder?.id).toBe('mini at 127.0.0.1:9');
  expect(chosen({})).toEqual({ embedder: undefined, warnings: [] });
  expect(warnings).toEqual([]);
});

test('a folder without models, or too little memory for them, is said, and search is by words', () => {
  const { embedder, warnings } = chosen({ MODEL_DIR: '/nowhere' });
  expect(embedder).toBeUndefined();
  expect(warnings[0]).toMatch(
    /^Search is by words only: Error: MODEL_DIR \/nowhere has no embedding models: /,
  );
  expect(chosen({ MODEL_DIR: '/nowhere' }, 300 * 2 ** 20).warnings[0]).toContain(
    'the memory limit is 300 MiB, the embedding models need 480 MiB',
  );
});

test('another model of the same endpoint can be asked, one of another endpoint cannot', async () => {
  const { embedder } = chosen({ EMBEDDINGS_BASE_URL: 'http://127.0.0.1:9/v1', EMBEDDINGS_MODEL: 'mini' });
  const former = embedder?.former?.('maxi at 127.0.0.1:9');
  expect(former?.id).toBe('maxi at 127.0.0.1:9');
  await expect(former?.embed([{ text: 'Hello', patientId: 'p', isQuestion: true }])).rejects.toThrow(
    '127.0.0.1:9',
  );
  expect(embedder?.former?.('mini at 127.0.0.1:10')).toBeUndefined();
  expect(embedder?.former?.(' at 127.0.0.1:9')).toBeUndefined();
});

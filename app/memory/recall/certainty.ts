import type { Certainty } from '../../../contract/protocol.ts';
import { isAsking, isSurelyAsking } from '../../meaning/asking.ts';
import type { Hit } from '../../stores/types.ts';
import { setBackOf } from './ranking.ts';
import models from './certainty.json' with { type: 'json' };

/** What certainty is read from, of what was found for one question that tells something. */
export function evidenceOf(telling: readonly Hit[]): Readonly<Record<Evidence, number | undefined>> {
  const [best, second, , fourth] = telling;
  const score = best?.score ?? 0;
  return {
    // What sets it back says nothing of how well it answers, if it does.
    score: score + setBackOf(best?.asks ?? 0),
    words: best?.words ?? 0,
    meaning: best?.meaning ?? 0,
    ahead: second && score - second.score,
    aheadOfThree: fourth && score - fourth.score,
  };
}

export const evidences = ['score', 'words', 'meaning', 'ahead', 'aheadOfThree'] as const;
type Evidence = (typeof evidences)[number];

/** Which of the models in `certainty.json` judges what was found. */
export type Judge = keyof typeof models.judges;

/** Languages with enough labels of their own; answers in others are never certain. */
const labelled = new Set(models.languages);

/** @param language of the question; none where it was not embedded. */
export function judgeOf(language: string | undefined, telling: readonly Hit[]): Judge {
  const [best] = telling;
  if (language === undefined || best?.meaning === undefined) return 'words';
  if (best.language !== language) return 'across';
  return language === 'en' ? 'english' : 'others';
}

/** How sure it is that the best of what was found answers the question. `npm run calibrate` fits the models. */
export function certaintyOf(language: string | undefined, hits: readonly Hit[]): Certainty {
  const telling = hits.filter(({ asks }) => !isSurelyAsking(asks));
  const [best] = telling;
  if (best === undefined) return 'nothing';
  const judge = judgeOf(language, telling);
  const model = models.judges[judge];
  const evidence = evidenceOf(telling);
  const sum = evidences.reduce((all, name) => {
    const { mean, deviation, weight } = model.evidence[name];
    // What there is none of says nothing either way.
    return all + (weight * ((evidence[name] ?? mean) - mean)) / deviation;
  }, model.bias);
  if (sum < model.related) return 'nothing';
  const mayBeCertain = (language === undefined || labelled.has(language)) && !isAsking(best.asks);
  return sum >= model.answered && mayBeCertain ? 'answered' : 'related';
}

import type { Certainty } from '../../../contract/protocol.ts';
import { isAsking, isSurelyAsking } from '../../meaning/asking.ts';
import type { Meaning } from '../../meaning/embedder.ts';
import type { Hit } from '../../stores/types.ts';
import models from './certainty.json' with { type: 'json' };

/** What certainty knows of a question; nothing where it was not embedded. */
export type AskedOf = Pick<Meaning, 'language' | 'usual'> | undefined;

/**
 * What certainty is read from, of what was found for one question that tells something: the more, the surer. That a window is
 * set back in rank because it may ask, is no evidence of how well it answers, so it is taken from likeness and words.
 */
export function evidenceOf(asked: AskedOf, telling: readonly Hit[]): Evidence {
  const [best, second, , fourth] = telling;
  const { meaning, words = 0, score = 0 } = best ?? {};
  const beyond = (usual: number | undefined): number | undefined =>
    meaning === undefined || usual === undefined ? undefined : meaning - usual;
  return {
    words,
    meaning: meaning ?? 0,
    ahead: second && score - second.score,
    aheadOfThree: fourth && score - fourth.score,
    answers: best?.answers,
    beyondUsual: beyond(asked?.usual?.multilingual),
    beyondUsualInEnglish: beyond(asked?.usual?.minilm),
  };
}

export const evidences = [
  ...(['words', 'meaning', 'ahead', 'aheadOfThree'] as const),
  ...(['answers', 'beyondUsual', 'beyondUsualInEnglish'] as const),
] as const;
type Evidence = Readonly<Record<(typeof evidences)[number], number | undefined>>;

/** Which of the models in `certainty.json` judges what was found. */
export type Judge = keyof typeof models.judges;

/** The least sums with which something is found, and answered. */
export interface Thresholds {
  readonly related: number;
  readonly answered: number;
}

/** By language of the question: of those with enough labels of their own; answers in others are never certain. */
const labelled: Readonly<Record<string, Partial<Record<Judge, Thresholds>>>> = models.languages;

export function judgeOf(asked: AskedOf, telling: readonly Hit[]): Judge {
  const [best] = telling;
  if (asked === undefined || best?.meaning === undefined) return 'words';
  // A question in English is less like what was told in another language: one of its models does not know that language.
  if (best.language !== asked.language) return asked.language === 'en' ? 'fromEnglish' : 'across';
  return asked.language === 'en' ? 'english' : 'others';
}

/** How sure it is that the best of what was found answers the question. `npm run calibrate` fits the models. */
export function certaintyOf(asked: AskedOf, hits: readonly Hit[]): Certainty {
  const telling = hits.filter(({ asks }) => !isSurelyAsking(asks));
  const [best] = telling;
  if (best === undefined) return 'nothing';
  const judge = judgeOf(asked, telling);
  const model = models.judges[judge];
  const evidence = evidenceOf(asked, telling);
  const sum = evidences.reduce((all, name) => {
    const { mean, deviation, weight } = model.evidence[name];
    // What there is none of says nothing either way.
    return all + (weight * ((evidence[name] ?? mean) - mean)) / deviation;
  }, model.bias);
  const language = asked && labelled[asked.language];
  const { related, answered } = language?.[judge] ?? model;
  if (sum < related) return 'nothing';
  const mayBeCertain = (asked === undefined || language !== undefined) && !isAsking(best.asks);
  return sum >= answered && mayBeCertain ? 'answered' : 'related';
}

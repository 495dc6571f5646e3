import type { StoredFact } from '../../stores/types.ts';
import { questionOf } from './question.ts';
import { scored } from './score.ts';

/** Facts with at least this share of the best score answer the question too. */
const nearBest = 0.95;
const fewAnswers = 3;

/** The facts that answer a question, best first, of equal ones the newest first. Empty: no fact answers it. */
export function bestFacts(question: string, facts: readonly StoredFact[], limit: number): StoredFact[] {
  const asked = questionOf(question);
  const ranked = scored(asked, facts);
  const [best] = ranked;
  if (best === undefined) return [];
  const share = asked.wantsAll ? 0.75 : nearBest;
  return ranked
    .filter(({ score }) => score >= best.score * share)
    .slice(0, asked.wantsAll ? limit : Math.min(limit, fewAnswers))
    .map(({ fact }) => fact);
}

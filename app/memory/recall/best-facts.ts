import type { Fact } from '../../stores/types.ts';
import { questionOf } from './question.ts';
import { scored } from './score.ts';

/** Facts scored this near to the best one answer the question as well as it does. */
const nearBest = 0.95;
const fewAnswers = 3;

/** The facts that answer a question, best first, those said last before those said earlier; none: never told. */
export function bestFacts(question: string, facts: readonly Fact[], limit: number): Fact[] {
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

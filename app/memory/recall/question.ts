import { isNoun, kindsNamed, rootOf } from '../words/lexicon.ts';
import { isStopWord } from '../words/stop-words.ts';
import { words } from '../words/terms.ts';
import { questionLength } from './bounds.ts';
import { answerTypeOf, type AnswerType } from './answer-type.ts';

/** A word of a question that a fact must match to answer it. */
export interface AskedWord {
  readonly word: string;
  readonly root: string;
  /** The kinds of things it names: any member answers for it. */
  readonly kinds: ReadonlySet<string>;
  readonly isNoun: boolean;
}

export interface Question {
  readonly text: string;
  /** Asks for a thing by its kind: "which car". */
  readonly wantsThing: boolean;
  readonly type: AnswerType;
  readonly asked: readonly AskedWord[];
  /** Asked by the patient about themselves: "do I", "am I". */
  readonly isAboutMe: boolean;
  /** A person is asked for, so that any may be the answer. */
  readonly wantsPerson: boolean;
  /** Several things are asked for: "Which medicines do I take?" */
  readonly wantsAll: boolean;
}

/** Words that frame a question and do not say what it is about. */
const frame = new Set(
  `name names called call kind type sort thing things something anything else day date time year month hour weekday
   number many much long often old exactly currently now usually normally right actually happen happens again wish
   ask asked asking question answer idea recall forgotten forget remind spell full
   use get got go went make made take taken took give put keep come came want need see look like find found lose lost
   help let become became seem happen mean supposed able possible place lot bit little way time ago last first days
   times regularly frequently tall heavy far high big large whereabouts age list everything all each every both name
   detail details information info thank thanks hello hi hey sorry well previously earlier before past
   used current currently present patient assistant next`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

const frameRoots = new Set([...frame].map(rootOf));

/** Words that only name the type of answer. */
const saidByType: Partial<Record<AnswerType, ReadonlySet<string>>> = {
  place: new Set(['city', 'town', 'country', 'place', 'village']),
  name: new Set(['brand', 'make', 'model', 'company']),
  quantity: new Set(['dose', 'dosage', 'amount']),
  person: new Set(['person', 'people', 'family', 'member']),
};

/** Framing words that count when there are no others: "What do I like?" */
const weak = new Set(
  'like need want use take see keep lose lost find next first last tall heavy age old past put give number'.split(
    ' ',
  ),
);

/** What the beginning of a question asks, by its words. Takes more than linear time. */
export function questionOf(whole: string): Question {
  const text = whole.slice(0, questionLength);
  const all = words(text);
  const names = new Set(words([...text.matchAll(/(?<=\p{Ll}\W+)\p{Lu}\p{L}+/gu)].join(' ')));
  const content = all.filter((word) => !isStopWord(word));
  const type = answerTypeOf(text);
  const strict = content.filter((word) => !frameRoots.has(rootOf(word)) && !saidByType[type]?.has(word));
  const chosen = strict.length > 0 ? strict : content.filter((word) => weak.has(word));
  const thing = words(/\b(?:what|which) (\p{L}+)/iu.exec(text)?.[1] ?? '')[0];
  return {
    text,
    wantsThing: thing !== undefined && !isStopWord(thing),
    type,
    asked: [...new Set(chosen)].map((word) => ({
      word,
      root: rootOf(word),
      kinds: kindsNamed(rootOf(word)),
      isNoun: names.has(word) || (kindsNamed(rootOf(word)).size > 0 && thing === word) || isNoun(word),
    })),
    isAboutMe: /\b(?:do|did|am|was|have|had|can|could|should|must|will|would|may) (?:i|we)\b/i.test(text),
    wantsPerson: type === 'person' || type === 'name',
    wantsAll:
      /\b(?:which|what|all|any|list|name)\b(?: of)?(?: the| my| our)? \p{L}*(?:s|children|people)\b(?! (?:my|the|our|is|was)\b)|\beverything\b|\bwhat are\b/iu.test(
        text,
      ),
  };
}

import { sentences } from './sentences.ts';

/** Phrases that introduce a fact ("remember that …"); only the fact is quoted. */
const introductions =
  /^(?:(?:please|pls|could you|can you|you should|i want you to|i'd like you to)[\s,]+)*(?:remember|note(?: down)?|keep in mind|don'?t forget|make a note|write down|for your information|fyi|just so you know|by the way|btw)\b(?:\s+(?:for me|please))?(?:\s*[:,\-–]\s*|\s+that\s+|\s+)(?=\S)/i;

const question =
  /^(?:(?:and|but|so|or|ok(?:ay)?|well|also|then|hey|hi|hello|please|sorry|now|by the way)[\s,]+)*(?:who|whom|whose|what|which|when|where|why|how|what's|who's|where's|when's|how's)\b(?!\s+(?:i|we|my|it|he|she|they)\b.*,)/i;
const invertedQuestion =
  /^(?:(?:and|but|so|or|ok(?:ay)?|well|also|then|hey|hi|hello|please|sorry)[\s,]+)*(?:do|does|did|is|are|am|was|were|can|could|will|would|shall|should|may|might|must|have|has|had|don'?t|doesn'?t|isn'?t|aren'?t|wasn'?t)\s+(?:i|you|we|he|she|it|they|there|this|that|my|your|our|his|her|their|the|anyone|anybody|someone)\b/i;
const command =
  /^(?:(?:please|pls|now|ok(?:ay)?|then|and|so|just|hey)[\s,]+)*(?:tell|show|give|remind|list|explain|help|stop|wait|forget|answer|repeat|summari[sz]e|be|let me know|let's|say|describe|find|search|look up|translate|write|read|go on|continue|try|call me back|send|delete|erase|ignore|speak|talk|start over|please)\b/i;
const phrases =
  /^(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|night|day)|dear|thanks?|thank you|thx|ta|cheers|bye|goodbye|see you|take care|ok(?:ay)?|yes|yeah|yep|no|nope|sure|right|great|cool|nice|fine|perfect|wow|oh|ah|haha+|lol|sorry|excuse me|never ?mind|i see|got it|i understand|understood|you'?re welcome|welcome|of course|exactly|i don'?t know|no idea|how are you|nice to meet you|wish me luck|so tired|i love it|that'?s (?:all|it|right|great|nice|good|fine|correct|wrong|not right)|it'?s me(?: again)?|i have a question|one (?:more )?question|i wonder|i'?d like to know|i want to know|i wanted to ask|i was wondering|you know|let me see|just (?:checking|testing)|test(?:ing)?)\b/i;

/** The rest of a sentence after a greeting or another opening phrase. */
const leading =
  /^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks|thank you|ok(?:ay)?|yes|no|well|oh|ah|sorry|sure|right|you know)(?:\s+(?:there|again|very much|so much|a lot|all|doctor|everyone))*)\s*[,!.–-]\s*/i;

const people = /\b(?:i|i'm|i've|i'd|i'll|my|mine|me|myself|we|we're|we've|our|ours|us)\b/i;
const verb =
  /\b(?:am|is|are|was|were|has|have|had|'s|'m|'re|'ve|do|does|did|can|could|will|would|must|should|may|might|cannot|can't|won't)\b|'(?:s|m|re|ve|d|ll)\b|\b\p{L}{2,}(?:s|ed)\b/iu;

/**
 * What a message states, in its own words: no questions, no greetings, no commands to the assistant. A sentence
 * that states and asks keeps what it states.
 */
export function statements(text: string): string[] {
  return sentences(text).map(introduced).flatMap(withoutQuestion).filter(isStatement);
}

/** "I have a cat, what does it eat?" states what is before the question. */
function withoutQuestion(sentence: string): string[] {
  if (!/[?？]["”')\s]*$/.test(sentence)) return [sentence];
  const parts = sentence.split(/(?:,\s*|;\s*|(?<!\s)\s+[–—-]\s+|:\s+)(?=(?:(?:and|but|so)\s+)?\p{L})/u);
  const at = parts.findIndex((part) => question.test(part) || invertedQuestion.test(part));
  if (at <= 0) return [];
  const stated = sentence
    .slice(0, sentence.indexOf(parts[at] ?? ''))
    .replace(/(?<![\s,;:–—-])[\s,;:–—-]+$/, '');
  return isWhole(stated) ? [stated] : [];
}

const isWhole = (stated: string): boolean =>
  people.test(stated) &&
  verb.test(stated) &&
  !/^(?:if|when|since|as|because|before|after|while|given)\b/i.test(stated);

function introduced(sentence: string): string {
  const bare = sentence.replace(leading, '');
  const what = bare.replace(introductions, '');
  if (what === '') return sentence;
  // "Can you remember that I like tea?" asks for nothing but that.
  return what === bare ? bare : what.replace(/[?？]+$/, '');
}

function isStatement(sentence: string): boolean {
  const said = sentence.trim();
  if (/[?？]["”')\s]*$/.test(said) || question.test(said) || invertedQuestion.test(said)) return false;
  if (command.test(said) && !/^(?:read|help|find|write|talk|speak|start|stop)(?:ing|s|ed)\b/i.test(said))
    return false;
  const [first] = said.split(/[\s,.!]+/);
  if (phrases.test(said) && (said.split(/\s+/).length <= 6 || !people.test(said)))
    return isLongStatement(said, first);
  return said.split(/\s+/).length >= 2 && /\p{L}/u.test(said);
}

/** "No, my sister is called Anna": a phrase at the start does not make the rest one. */
function isLongStatement(said: string, first = ''): boolean {
  const rest = said.slice(first.length).replace(/^[\s,.!–-]+/, '');
  return (
    /^(?:no|yes|ok|okay|oh|ah|sorry|sure|right|fine|cool|great)$/i.test(first) &&
    people.test(rest) &&
    verb.test(rest)
  );
}

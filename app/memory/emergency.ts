/** What stands above the answer to an emergency, in every mode: a model must not word it. */
export const emergencyText =
  'This may be an emergency. Please call your local emergency number now (112 in Europe, 911 in North America, 999 in the UK), ' +
  'or ask somebody near you to call. If you are thinking of harming yourself, call the emergency number or a crisis line and ' +
  'do not stay alone. I am a program and cannot get help for you.';

const signs: readonly RegExp[] = [
  /\b(?:i|he|she|they|we|my \p{L}+)(?:'m| am|'s| is|'ve| have| has|'ve got| have got| feel| feels| are| got)?\b[^.?!]{0,30}\b(?:chest pains?|pains? in (?:my|his|her|the) chest|heart attack|stroke)\b/iu,
  /\b(?:chest pains?|crushing (?:pain|pressure))\b[^.?!]{0,20}\b(?:now|right now|since this morning|at the moment|won'?t stop|getting worse)\b/i,
  /\bmy chest (?:hurts|is hurting|feels tight|is tight)\b/i,
  /\b(?:can'?t|cannot|can not|unable to|struggling to|hardly|barely)(?: can)? breathe\b|\bcan (?:hardly|barely) breathe\b/i,
  /\b(?:choking|suffocating)\b/i,
  /\b(?:suicid(?:e|al)|kill(?:ing)? myself|end(?:ing)? (?:my|it all|my own) ?(?:life)?|take my (?:own )?life|want to die|don'?t want to live|hurt(?:ing)? myself|harm(?:ing)? myself|self[- ]harm)\b/i,
  /\b(?:overdos(?:e|ed|ing)|took too many (?:pills|tablets)|swallowed (?:bleach|poison)|poisoned)\b/i,
  /\b(?:throat|tongue|face|lips) (?:is|are) (?:closing|swelling)\b|\banaphyla/i,
  /\b(?:face|mouth) (?:is )?droop(?:s|ing)\b|\bslurr(?:ed|ing)\b[^.?!]{0,80}\bspeech\b|\bspeech is slurred\b|\bcan'?t (?:move|feel) (?:my|one) (?:arm|leg|side|left|right)\b/i,
  /\b(?:unconscious|not breathing|stopped breathing|won'?t wake up|is unresponsive|having a seizure)\b/i,
  /\b(?:bleeding (?:heavily|a lot|badly)|won'?t stop bleeding|can'?t stop the bleeding)\b/i,
];

/** Words that place an event at another time: it is not happening now. */
const elsewhen =
  /\b(?:had|was|were|used to|died|ago|last (?:year|month|week|winter|summer)|in (?:19|20)\d\d|when i was|years?|history|never|no longer|afraid of|scared of|fear of|survived|recovered|runs in|since (?:19|20)\d\d|risk of|without)\b/i;

/**
 * Whether a message reports an emergency that is happening. Prefers false alarms to missed ones.
 * @param danger of its meaning (`Meanings.ofMessage`), which knows many languages; the signs are English, and all there is
 * where nothing can be embedded.
 */
export const isEmergency = (text: string, danger = 0): boolean => danger > 0 || hasSign(text);

function hasSign(text: string): boolean {
  return text
    .replace(/’/g, "'")
    .split(/(?<=[.!?])\s+|\n/)
    .some((sentence) => !elsewhen.test(sentence) && signs.some((sign) => sign.test(sentence)));
}

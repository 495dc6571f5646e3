/** Phrases and the word each is replaced by before a text is split into words. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\bfor a living\b/g, 'job'],
  [/(?<=\bdo )for work\b/g, 'job'],
  [/(?<=\b(?:like|love|enjoy|prefer)\b[^.?!]{0,80})\b(?:most|best|the most|the best)\b/g, 'favorite'],
  [/\bcan(?:not|'t| not) (?:stand|bear)\b/g, 'hate'],
  [/\bunder the weather\b/g, 'sick'],
  [/\b(?:earn|makes?|made|making) (?:\w+ )?(?:living|money)\b/g, 'job'],
  [/\b(?:free|spare|leisure) time\b/g, 'hobby'],
  [/\bfor fun\b/g, 'hobby'],
  [/\b(?:fall|falls|fell|falling) asleep\b/g, 'sleep'],
  [/\bg(?:et|ets|ot|etting) up\b/g, 'wake'],
  [/\bpass(?:ed|es)? away\b/g, 'die'],
  [/\bg(?:ive|ives|ave|iven|iving) up\b/g, 'stop'],
  [/\bt(?:ake|akes|ook|aken|aking) out\b/g, 'remove'],
  [/\bg(?:row|rows|rew|rown|rowing) up\b/g, 'childhood'],
  [/\bbrought up\b/g, 'childhood'],
  [/\b(?:family|general) (?:doctor|practitioner)\b/g, 'gp'],
  [/\bblood group\b/g, 'blood type'],
  [/\b(?:eye|eyes) (?:doctor|specialist)\b/g, 'ophthalmologist'],
  [/\b(?:heart) (?:doctor|specialist)\b/g, 'cardiologist'],
  [/\b(?:skin) (?:doctor|specialist)\b/g, 'dermatologist'],
  [/\bhigh blood pressure\b/g, 'high blood pressure hypertension'],
  [/\bcell ?phone\b/g, 'mobile'],
  [/\b(?:licen[cs]e|number) plate\b/g, 'registration plate'],
  [/\btie[ds]? the knot\b/g, 'marry'],
  [/\bgets? married\b/g, 'marry'],
  [/\blook(?:s|ed|ing)? after\b/g, 'care'],
  [/\btake(?:s)? care of\b/g, 'care'],
  [/\b(?:in|on) the way\b/g, ''],
  [/\bmother tongue\b/g, 'native language'],
  [/\bas well as\b/g, 'and'],
];

/** A lower-case text with each known phrase replaced by one word. */
export const withoutPhrases = (text: string): string =>
  phrases.reduce((plain, [phrase, word]) => plain.replace(phrase, word), text);

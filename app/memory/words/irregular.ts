/** Irregular forms, which a stemmer does not reduce: families of a base form and its others. */
const families = `
be am is are was were been being|have has had having|do does did done doing|go goes went gone|get got gotten getting
take took taken taking|give gave given|make made making|see saw seen|say said|tell told|know knew known|think thought
come came|become became|begin began begun|break broke broken|bring brought|build built|buy bought|catch caught
choose chose chosen|cost costs|cut cutting|drink drank drunk|drive drove driven driving|eat ate eaten|fall fell fallen
feel felt|fight fought|find found|fly flew flown flies|forget forgot forgotten|grow grew grown|hear heard|hide hid hidden
hold held|hurt hurting|keep kept|lead led|learn learnt|leave left|lend lent|lose lost losing|mean meant|meet met
pay paid|put putting|read reading|ride rode ridden riding|ring rang rung|run ran running|sell sold|send sent|shoot shot
sing sang sung|sit sat sitting|sleep slept asleep|speak spoke spoken|spend spent|stand stood|steal stole stolen
swim swam swum swimming|teach taught|throw threw thrown|understand understood|wake woke woken waking|wear wore worn
win won winning|write wrote written writing|lie lay lain lying|die died dying dies dead|bear born|bite bit bitten
blow blew blown|draw drew drawn|forgive forgave|freeze froze frozen|shake shook shaken|swell swelled swollen
feed fed|deal dealt|seek sought|sweep swept|tear tore torn|swear swore sworn|shrink shrank shrunk|strike struck
bend bent|burn burnt|dream dreamt|lay laid|light lit|sink sank sunk|slide slid|stick stuck|sting stung|hang hung
child children|foot feet|tooth teeth|man men|woman women|mouse mice|goose geese|wife wives|knife knives
leaf leaves|half halves|person people|moved move moving|live lives lived living`;

const base = new Map(
  families
    .trim()
    .split(/[|\n]/)
    .flatMap((family) => {
      const [first = '', ...others] = family.split(' ');
      return others.map((other): [string, string] => [other, first]);
    }),
);
// The verb "lives" is far more frequent than the plural of "life".
base.set('lives', 'live');
base.set('left', 'left');

/** The base form of an irregular form; other words unchanged. */
export const baseForm = (word: string): string => base.get(word) ?? word;

const stopWords = new Set(
  `a an the this that these those and or but so if then than as of at by for with about into onto to from in on off
   up down out over under i me my mine myself we us our ours you your yours he him his she her hers it its they them
   their theirs who whom whose what which when where why how is am are was were be been being do does did done doing
   have has had having will would shall should can could may might must not no nor don doesn didn isn aren wasn weren
   won wouldn couldn shouldn haven hasn hadn cannot t s m re ve ll d there here too very just also only again ever
   please tell remind remember know said say mention mentioned told me ok okay well yes some any since until dr mr mrs ms most more much`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

/** Whether a word does not say what a text is about. */
export const isStopWord = (word: string): boolean => stopWords.has(word);

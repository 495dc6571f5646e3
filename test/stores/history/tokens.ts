/** Words that say whose they are, so that one that went to another patient is seen wherever it stands. */
export const tokenOf = (patientId: string, nth: number): string => `tok-${ownerOf(patientId)}-${nth}`;

/** Every token in a text, once. */
export const tokensIn = (text: string): string[] => [...new Set(text.match(/tok-\w+-\d+/g))];

/** Whether a token is a patient's own. */
export const isOf = (token: string, patientId: string): boolean => token.split('-')[1] === ownerOf(patientId);

const ownerOf = (patientId: string): string => patientId.replace(/\W/g, '');

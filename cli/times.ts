/** A time (RFC 3339) without the digits after its seconds, as people read it. */
export const inSeconds = (time: string): string => time.replace(/\.\d+Z$/, 'Z');

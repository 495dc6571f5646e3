import { z } from 'zod';
import { clientFrame, nameSchema, type ClientFrame } from '../../contract/protocol.ts';

/** What outlives a reload. A browser that forbids storage (private mode, a full disk) only makes it shorter-lived. */

function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, text: string): void {
  try {
    if (text === '') storage().removeItem(key);
    else storage().setItem(key, text);
  } catch {
    // The page works without; there is nobody to tell.
  }
}

const ofTab = () => sessionStorage;
const ofBrowser = () => localStorage;

/** The session of this tab with this patient: a reload stays in it, another tab has its own. */
export function sessionOf(patientId: string): string {
  const key = `mooring:session:${patientId}`;
  const known = nameSchema.safeParse(read(ofTab, key)).data;
  const sessionId = known ?? `session:${Date.now()}`;
  write(ofTab, key, sessionId);
  return sessionId;
}

/** Messages that a reload caught before they were acknowledged. */
export function unsentOf(sessionId: string): ClientFrame[] {
  try {
    return z.array(clientFrame).parse(JSON.parse(read(ofTab, unsentKey(sessionId)) ?? '[]'));
  } catch {
    return []; // written by another version of the page
  }
}

export function keepUnsent(sessionId: string, frames: readonly ClientFrame[]): void {
  write(ofTab, unsentKey(sessionId), frames.length === 0 ? '' : JSON.stringify(frames));
}

/**
 * The token this tab signs in with, where the chat asks for one: a site that links to the chat gives it in the
 * fragment, `#token=…`, which no server is sent; it is taken out of the address at once.
 */
export function tokenOf(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    write(ofTab, tokenKey, given);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  return given ?? read(ofTab, tokenKey) ?? undefined;
}

export function draftOf(patientId: string): string {
  return read(ofBrowser, draftKey(patientId)) ?? '';
}

export function keepDraft(patientId: string, text: string): void {
  write(ofBrowser, draftKey(patientId), text);
}

const tokenKey = 'mooring:token';
const unsentKey = (sessionId: string) => `mooring:unsent:${sessionId}`;
const draftKey = (patientId: string) => `mooring:draft:${patientId}`;

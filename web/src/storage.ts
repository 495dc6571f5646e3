import { z } from 'zod';
import { parseJson } from '../../model/json.ts';
import { clientFrame, nameSchema, type ClientFrame } from '../../contract/protocol.ts';

/** State that survives a reload. When the browser forbids storage (private mode, a full disk) it does not. */

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
    // The page works without storage.
  }
}

const ofTab = () => sessionStorage;
const ofBrowser = () => localStorage;

/** The session of this tab with this patient: kept on reload, different in another tab. */
export function sessionOf(patientId: string): string {
  const key = `mooring:session:${patientId}`;
  const known = nameSchema.safeParse(read(ofTab, key)).data;
  const sessionId = known ?? `session:${Date.now()}`;
  write(ofTab, key, sessionId);
  return sessionId;
}

/** Messages that were not acknowledged before a reload. */
export function unsentOf(sessionId: string): ClientFrame[] {
  const stored = parseJson(read(ofTab, unsentKey(sessionId)) ?? '[]');
  // Another version of the page may have written something else.
  return z.array(clientFrame).safeParse(stored).data ?? [];
}

export function keepUnsent(sessionId: string, frames: readonly ClientFrame[]): void {
  write(ofTab, unsentKey(sessionId), frames.length === 0 ? '' : JSON.stringify(frames));
}

/**
 * The token of this tab, when the chat needs one. A site that links to the chat passes it in the fragment, `#token=…`,
 * which is not sent to servers; it is removed from the address at once.
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

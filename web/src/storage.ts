import { readMessageFrame, readName, type MessageFrame } from '../../client/frames.generated.ts';
import { readOrNone } from '../../client/read.ts';
import { parseJson } from '../../model/json.ts';

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
  const sessionId = readOrNone(readName, read(ofTab, key)) ?? `session:${Date.now()}`;
  write(ofTab, key, sessionId);
  return sessionId;
}

/** Messages that were not acknowledged before a reload. */
export function unsentOf(sessionId: string): readonly MessageFrame[] {
  const stored = parseJson(read(ofTab, unsentKey(sessionId)) ?? '[]');
  // Another version of the page may have written something else.
  return Array.isArray(stored) ? stored.flatMap((one) => readOrNone(readMessageFrame, one) ?? []) : [];
}

export function keepUnsent(sessionId: string, frames: readonly MessageFrame[]): void {
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

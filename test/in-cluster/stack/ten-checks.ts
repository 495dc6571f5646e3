import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect, type TestContext } from 'vitest';
import { WebSocket } from 'ws';
import { handshake } from '../../e2e/chat-client.ts';
import type { Tab } from '../../e2e/page-app.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import { chatUrlOf } from './ask.ts';
import { backendLog, connectionsIn } from './backend-log.ts';
import type { Visit } from './visit.ts';

const statement = 'I am allergic to penicillin.';
const watchedMs = 60_000;
const log = (page: Page) => page.getByRole('log');
const status = (page: Page) => page.getByRole('status');

/** The incident's order, but for those that take a minute. Each check goes on where the last one ended. */
export const inOrder = [1, 2, 3, 5, 6, 7, 9, 8, 4, 10] as const;

/** The incident's ten checks, by its own numbers: the bodies of tests. */
type TenChecks = Readonly<Record<(typeof inOrder)[number], (context: TestContext) => Promise<void>>>;

/** Called in a `describe`. */
export function tenChecks(visit: () => Visit): TenChecks {
  /** The last moment anything connected; what must not happen again is watched from here. */
  let watchedFrom = 0;
  const begins = () => {
    watchedFrom = performance.now();
  };
  const watched = () => pause(Math.max(0, watchedFrom + watchedMs - performance.now()));
  beforeAll(begins);

  return {
    // The backend starts without errors.
    1: async () => {
      const { stack } = visit();
      const lines = await backendLog(stack);
      expect(lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
      expect((await stack.pods()).map(({ restarts }) => restarts)).toEqual([0, 0, 0, 0]);
    },

    // The log has "Patient Memory Service initialized".
    2: async () => {
      const messages = (await backendLog(visit().stack)).map(({ msg }) => msg);
      expect(messages).toContain('Patient Memory Service initialized');
    },

    // A connection is accepted.
    3: async () => {
      const place = { patient: 'patient:demo', session: 'session:1769173656693' };
      expect((await handshake(chatUrlOf(visit().stack.wsUrl, place))).status).toBe(101);
      begins();
    },

    // The page shows Connected.
    5: async (context) => {
      const { page } = tabOf(visit(), context);
      await page.goto(`${visit().stack.chatUrl}/chat/patient:demo`);
      await status(page)
        .filter({ hasText: /^Connected$/ })
        .waitFor();
      begins();
    },

    // A test message is sent.
    6: async (context) => {
      const { page } = tabOf(visit(), context);
      const composer = page.getByLabel('Message', { exact: true });
      await composer.fill(statement);
      await composer.press('Enter');
      await log(page).locator('.said', { hasText: statement }).getByText('sent', { exact: true }).waitFor();
    },

    // An answer appears.
    7: async (context) => {
      const { page } = tabOf(visit(), context);
      const answer = log(page).locator('.answer:not(.streaming)');
      await answer.waitFor();
      expect(await answer.innerText()).toContain('penicillin');
    },

    // The context sidebar loads.
    9: async (context) => {
      const { page } = tabOf(visit(), context);
      const memory = page.getByLabel('Memory', { exact: true });
      await memory.getByRole('heading', { name: 'Facts' }).waitFor();
      await memory.locator('.fact', { hasText: statement }).waitFor();
    },

    // No reconnect loop is in the log over 60 s.
    8: async () => {
      await watched();
      const { stack, tab } = visit();
      const connections = connectionsIn(await backendLog(stack));
      expect(connections).toMatchObject({ 'patient:kept:session:kept': 1 });
      expect(new Set(Object.values(connections))).toEqual(new Set([1]));
      if (!(tab instanceof Unavailable)) expect(tab.dials).toHaveLength(1);
    },

    // A connection stays open for 60 s.
    4: async (context) => {
      await watched();
      expect(visit().socket.readyState).toBe(WebSocket.OPEN);
      const { page } = tabOf(visit(), context);
      expect(await status(page).innerText()).toBe('Connected');
    },

    // No errors are in the browser console.
    10: async (context) => {
      expect(tabOf(visit(), context).complaints).toEqual([]);
    },
  };
}

/** The tab every check of the page looks at; skips the check where this machine has no Chromium. */
function tabOf({ tab }: Visit, context: TestContext): Tab {
  return tab instanceof Unavailable ? context.skip(tab.message) : tab;
}

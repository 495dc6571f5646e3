import { SignJWT } from 'jose';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test, vi, type TestContext } from 'vitest';
import { buildPage } from '../../scripts/build-page.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { delta, startModelServer } from '../app/llm/sse-server.ts';
import { forSuite } from '../servers/for-suite.ts';
import { freePort } from '../servers/ports.ts';
import { redisPath, startRedis } from '../servers/redis.ts';
import { Unavailable } from '../servers/unavailable.ts';
import { startChatApp, startChromium, type ChatApp } from './page-app.ts';

const demo = '/chat/patient:demo';

beforeAll(buildPage);
const chromium = forSuite(startChromium);

const status = (page: Page) => page.getByRole('status');
const isConnected = (page: Page) =>
  status(page)
    .filter({ hasText: /^Connected$/ })
    .waitFor();
const log = (page: Page) => page.getByRole('log');
const memory = (page: Page) => page.getByLabel('Memory', { exact: true });
const answers = (page: Page, mark: 'streaming' | 'stopped', hasText: string) =>
  log(page).locator(`.answer.${mark}`, { hasText });
const composer = (page: Page) => page.getByLabel('Message', { exact: true });

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** Runs `check` on an app of its own, so that what it counts is its own. */
async function withApp(start: () => Promise<ChatApp>, check: (app: ChatApp) => Promise<void>): Promise<void> {
  const app = await start();
  try {
    await check(app);
  } finally {
    await app.stop();
  }
}

/** Skips, naming the reason, where a program the test starts is missing. */
function need(context: TestContext, find: () => unknown): void {
  try {
    find();
  } catch (error) {
    if (error instanceof Unavailable) context.skip(error.message);
    throw error;
  }
}

// Concurrent, since one of them must watch the page for a whole minute.
describe.concurrent('the chat page', { timeout: 120_000 }, () => {
  test('takes a turn, shows what it remembers with its source, and has nothing in the console', async () => {
    await withApp(startChatApp, async (app) => {
      const { page, complaints } = await chromium().open();
      await page.goto(app.url + demo);
      await isConnected(page);
      await say(page, 'I take 5 mg of lisinopril every morning.');
      await log(page)
        .locator('.said', { hasText: 'lisinopril' })
        .getByText('sent', { exact: true })
        .waitFor();
      await log(page).locator('.answer:not(.streaming)').waitFor();
      await memory(page).locator('.fact', { hasText: 'I take 5 mg of lisinopril' }).locator('time').waitFor();
      await say(page, 'What do I take every morning?');
      const answer = log(page).locator('.answer', { hasText: 'lisinopril' });
      await answer.getByText('1 memory used').click();
      const used = answer.locator('.fact');
      await used.locator('q', { hasText: 'I take 5 mg of lisinopril' }).waitFor();
      expect(await used.locator('.source').innerText()).toMatch(/^[0-9a-f]{32}$/);
      expect(complaints).toEqual([]);
    });
  });

  test('shows what a language model read and still holds, with its date and message', async () => {
    const server = await startModelServer(
      (response, { body }) => {
        const read = { message: 1, subject: 'patient', value: 'lisinopril', quote: 'I take lisinopril' };
        const facts = [{ ...read, predicate: 'takes', validAt: '2026-03-01' }];
        const text = body['response_format'] === undefined ? 'Noted.' : JSON.stringify({ facts });
        response.end(`${delta(text)}${delta('', 'stop')}data: [DONE]\n\n`);
      },
      { readsFacts: true },
    );
    const start = (): Promise<ChatApp> => startChatApp({ LLM_BASE_URL: server.baseUrl });
    await withApp(start, async (app) => {
      const { page, complaints } = await chromium().open();
      await page.goto(app.url + demo);
      await isConnected(page);
      await memory(page).getByRole('heading', { name: 'Still holds' }).waitFor();
      await say(page, 'I take lisinopril since March.');
      await log(page).locator('.answer', { hasText: 'Noted.' }).waitFor();
      const context = `${app.url}/api/patients/patient:demo/context`;
      await vi.waitFor(async () => expect(await (await fetch(context)).text()).toContain('"takes"'), 60_000);
      await page.reload();
      const held = memory(page).locator('.held', { hasText: 'takes: lisinopril since 2026-03-01' });
      await held.locator('q', { hasText: 'I take lisinopril' }).waitFor();
      await held.locator('time').waitFor();
      expect(await held.locator('.source').innerText()).toMatch(/^[0-9a-f]{32}$/);
      expect(complaints).toEqual([]);
    });
    await server.stop();
  });

  test('makes exactly one handshake in 60 s', async () => {
    await withApp(startChatApp, async (app) => {
      const { page, dials, complaints } = await chromium().open();
      await page.goto(app.url + demo);
      await isConnected(page);
      await page.waitForTimeout(60_000);
      await isConnected(page);
      expect(dials).toHaveLength(1);
      expect(await app.handshakes()).toEqual({ accepted: 1 });
      expect(complaints).toEqual([]);
    });
  });

  test('says what it waits for while a store is away, then connects by itself with one handshake', async (context) => {
    need(context, redisPath);
    const port = await freePort();
    const start = () =>
      startChatApp({
        EMBEDDED_STORES: `${neo4jName},${qdrantName}`,
        REDIS_HOST: '127.0.0.1',
        REDIS_PORT: String(port),
      });
    await withApp(start, async (app) => {
      const { page, dials, complaints } = await chromium().open();
      await page.goto(app.url + demo);
      await status(page).filter({ hasText: 'Waiting for Redis' }).waitFor();
      await page.getByRole('button', { name: 'Retry now' }).waitFor();
      await say(page, 'I wrote this before anybody listened.');
      expect(dials).toEqual([]);
      const redis = await startRedis({ port });
      try {
        await isConnected(page);
        await log(page).locator('.answer:not(.streaming)').waitFor();
        expect(dials).toHaveLength(1);
        expect(await app.handshakes()).toEqual({ accepted: 1 });
        expect(complaints).toEqual([]);
      } finally {
        await redis.stop();
      }
    });
  });

  test('sends what was written while the server was gone, once', async () => {
    await withApp(startChatApp, async (app) => {
      const { page } = await chromium().open();
      await page.goto(app.url + demo);
      await isConnected(page);
      await app.restart(async () => {
        await status(page)
          .filter({ hasText: /lost|reached/ })
          .waitFor();
        await say(page, 'My sister Ana lives in Porto.');
        await log(page).getByText('pending').waitFor();
      });
      await isConnected(page);
      await log(page).locator('.answer:not(.streaming)').waitFor();
      expect(await log(page).locator('.said').count()).toBe(1);
      // The page asks for the memory once the answer is there.
      await memory(page).locator('.fact').first().waitFor();
      expect(await memory(page).locator('.fact').count()).toBe(1);
    });
  });

  test('a reload keeps the session, the conversation and the draft', async () => {
    await withApp(startChatApp, async (app) => {
      const { page, dials } = await chromium().open();
      await page.goto(app.url + demo);
      await say(page, 'I like <b>green</b> tea.');
      await log(page).locator('.answer:not(.streaming)').waitFor();
      const shown = await log(page).locator('.text').allInnerTexts();
      expect(shown[0]).toBe('I like <b>green</b> tea.');
      await composer(page).fill('not sent yet');
      await page.reload();
      await isConnected(page);
      await log(page).locator('.said').waitFor();
      expect(await log(page).locator('.text').allInnerTexts()).toEqual(shown);
      expect(await composer(page).inputValue()).toBe('not sent yet');
      expect(new Set(dials).size).toBe(1);
    });
  });

  test('an answer grows in every tab of the session, and any of them ends it, by the button or by Esc', async () => {
    const model = await startModelServer((response) => void response.write(delta('Once upon a time')));
    try {
      await withApp(
        () => startChatApp({ LLM_BASE_URL: model.baseUrl }),
        async (app) => {
          const { page, complaints } = await chromium().open();
          await page.goto(app.url + demo);
          await isConnected(page);
          // A tab that is opened from another one has its session.
          const [other] = await Promise.all([
            page.waitForEvent('popup'),
            page.evaluate('void open(location.href)'),
          ]);
          await isConnected(other);
          await say(page, 'Tell me a story.');
          for (const tab of [page, other]) await answers(tab, 'streaming', 'Once upon a time').waitFor();
          await other.getByRole('button', { name: 'Stop' }).click();
          for (const tab of [page, other]) await answers(tab, 'stopped', 'Once upon a time').waitFor();
          await say(other, 'Tell me another.');
          await answers(page, 'streaming', 'Once upon a time').waitFor();
          await page.keyboard.press('Escape');
          for (const tab of [page, other]) {
            await answers(tab, 'stopped', 'Once upon a time').nth(1).waitFor();
            expect(await log(tab).locator('.said, .answer').count()).toBe(4);
            expect(await tab.getByRole('button', { name: 'Stop' }).count()).toBe(0);
          }
          expect(complaints).toEqual([]);
        },
      );
    } finally {
      await model.stop();
    }
  });

  test('a message that could not be answered says so, and is answered when it is sent again', async () => {
    let isAway = true;
    const model = await startModelServer((response) => {
      if (isAway) response.write(delta('Once'), () => response.destroy());
      else response.end(`${delta('Hello.')}${delta('', 'stop')}data: [DONE]\n\n`);
    });
    try {
      await withApp(
        () => startChatApp({ LLM_BASE_URL: model.baseUrl }),
        async (app) => {
          const { page } = await chromium().open();
          await page.goto(app.url + demo);
          await isConnected(page);
          await say(page, 'Hello?');
          const again = log(page).getByRole('button', { name: 'Send again' });
          await again.waitFor();
          isAway = false;
          await again.click();
          await log(page).locator('.answer:not(.streaming)', { hasText: 'Hello.' }).waitFor();
          expect(await log(page).locator('.said, .answer, .problem').count()).toBe(2);
        },
      );
    } finally {
      await model.stop();
    }
  });

  test('with a login: stops with the reason without a token, connects with one out of the fragment', async () => {
    const secret = 'a-shared-secret-of-more-than-256-bits';
    const start = () => startChatApp({ AUTH_MODE: 'jwt', AUTH_JWT_SECRET: secret, HTTP_HOST: '127.0.0.1' });
    await withApp(start, async (app) => {
      const { page, dials } = await chromium().open();
      await page.goto(app.url + demo);
      await status(page).filter({ hasText: 'You are not signed in' }).waitFor();
      const dialsUntilTold = dials.length;
      const token = await new SignJWT({ sub: 'patient:demo' })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(secret));
      const { page: signedIn } = await chromium().open();
      await signedIn.goto(`${app.url}${demo}#token=${token}`);
      await isConnected(signedIn);
      expect(signedIn.url()).not.toContain('token');
      expect(dials).toHaveLength(dialsUntilTold);
    });
  });

  test('at 360 px nothing is cut off, and the memory is a drawer', async () => {
    await withApp(startChatApp, async (app) => {
      const { page } = await chromium().open({ viewport: { width: 360, height: 640 } });
      await page.goto(app.url + demo);
      await isConnected(page);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      expect(await memory(page).isVisible()).toBe(false);
      await page.getByRole('button', { name: 'Memory' }).click();
      await memory(page).getByRole('heading', { name: 'Facts' }).waitFor();
      await page.keyboard.press('Escape');
      await memory(page).waitFor({ state: 'hidden' });
    });
  });
});

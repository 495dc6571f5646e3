import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startApp, type RunningApp } from '../../app/start.ts';
import { httpPaths } from '../../contract/services/backend.ts';
import { storeNames } from '../../contract/services/backend-variables.ts';
import { envOf } from '../app/env-of.ts';
import { launchChromium } from '../servers/chromium.ts';
import { serverFolder } from '../servers/folder.ts';
import { freePort } from '../servers/ports.ts';

type Values = Readonly<Record<string, string>>;

/** The real app on embedded stores, except where `overrides` says otherwise. */
export interface ChatApp {
  readonly url: string;
  /** Handshakes it answered so far, by outcome. */
  handshakes(): Promise<Record<string, number>>;
  stop(): Promise<void>;
  /** Stops it, lets `meanwhile` happen, and starts it again on the same ports and files. */
  restart(meanwhile: () => Promise<void>): Promise<void>;
}

export async function startChatApp(overrides: Values = {}): Promise<ChatApp> {
  const folder = await serverFolder('page');
  const ports = { HTTP_PORT: String(await freePort()), METRICS_PORT: String(await freePort()) };
  const start = () => run({ DATA_DIR: folder.path, ...ports, ...overrides });
  let app = await start();
  return {
    url: app.publicUrl,
    handshakes: async () => handshakesIn(await (await fetch(`${app.metricsUrl}${httpPaths.metrics}`)).text()),
    async stop() {
      await app.stop();
      await folder.dispose();
    },
    async restart(meanwhile) {
      await app.stop();
      await meanwhile();
      app = await start();
    },
  };
}

async function run(variables: Values): Promise<RunningApp> {
  const env = envOf({
    EMBEDDED_STORES: storeNames.join(','),
    SHUTDOWN_ENDPOINT_WAIT: '0',
    SHUTDOWN_CLOSE_SPREAD: '0',
    ...variables,
  });
  const silent = { write: () => undefined };
  return startApp(env, { log: silent });
}

function handshakesIn(metrics: string): Record<string, number> {
  const lines = metrics.matchAll(/^mooring_handshakes_total\{outcome="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, outcome = '', count]) => [outcome, Number(count)]));
}

export interface Tab {
  readonly page: Page;
  /** Errors and warnings of the console, and exceptions nobody caught. */
  readonly complaints: string[];
  /** Handshakes the page made. */
  readonly dials: string[];
}

export interface Chromium {
  /** A tab of a new profile, with nothing stored. */
  open(options?: BrowserContextOptions): Promise<Tab>;
  stop(): Promise<void>;
}

/** @throws Unavailable where there is no Chromium. */
export async function startChromium(): Promise<Chromium> {
  const browser: Browser = await launchChromium();
  return {
    async open(options = {}) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const tab: Tab = { page, complaints: [], dials: [] };
      page.on('console', (line) => {
        if (line.type() === 'error' || line.type() === 'warning') tab.complaints.push(line.text());
      });
      page.on('pageerror', ({ message }) => tab.complaints.push(message));
      page.on('websocket', (socket) => tab.dials.push(socket.url()));
      return tab;
    },
    stop: () => browser.close(),
  };
}

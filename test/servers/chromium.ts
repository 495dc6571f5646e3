import { chromium, type Browser } from 'playwright-core';
import { findProgram, isRoot } from './programs.ts';
import { Unavailable } from './unavailable.ts';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** No traffic but the test's own, and nothing a headless machine cannot do. */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of a Chromium: MOORING_TEST_CHROMIUM's, or an installed one; rejects with Unavailable if there is none. */
export async function chromiumPath(): Promise<string> {
  const chosen = process.env['MOORING_TEST_CHROMIUM'] ?? '';
  const found = chosen === '' ? findProgram(...NAMES) : findProgram(chosen);
  if (found !== undefined) return found;
  throw new Unavailable(
    'Chromium',
    chosen === ''
      ? 'no Chromium or Chrome was found. Install one (Debian: apt-get install chromium), or set MOORING_TEST_CHROMIUM to its path.'
      : `MOORING_TEST_CHROMIUM is "${chosen}", which is no program that can be run.`,
  );
}

/** A headless Chromium. Its sandbox is off only for root, for whom Chromium cannot make one. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: await chromiumPath(),
    headless: true,
    chromiumSandbox: !isRoot(),
    args: FLAGS,
  });
}

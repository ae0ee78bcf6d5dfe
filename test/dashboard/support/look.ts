import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const widths = { desktop: { width: 1_280, height: 900 }, phone: { width: 390, height: 844 } } as const;
export const themes = ['light', 'dark'] as const;

/** The narrowest phone that the pages promise to fit on. */
const narrowestPx = 360;

type Found = { violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[] };

/** Holds the page, as it is shown now, against the rules of WCAG 2.2 AA; each violation is told with its element. */
export async function axe(page: Page): Promise<void> {
  // Through the debugger, since the policy of the pages lets no script in.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(async () => {
    const { axe: engine } = globalThis as unknown as { axe: { run(options: object): Promise<Found> } };
    return await engine.run({
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
    });
  });
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ html, failureSummary = '' }) => `${id}: ${help}\n  ${html}\n  ${failureSummary.replaceAll('\n', '\n  ')}`,
    ),
  );
  assert.deepEqual(told, [], `${page.url()} breaks rules of accessibility:\n${told.join('\n')}`);
}

/** Colours move from one theme to the other; half on the way they are those of neither. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
}

/** Asserts that nothing of the page is wider than the window. */
export async function fits(page: Page): Promise<void> {
  const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, globalThis.innerWidth]);
  assert.ok((wide ?? 0) <= (window ?? 0), `${page.url()} is ${wide} px wide in a window of ${window} px`);
}

/**
 * Looks at the page on a desk and on a phone, in light and in dark: zero violations, nothing wider than the window.
 * With DURABILL_SCREENSHOTS=<folder> each look is kept there as `<name>-<width>-<theme>.png`.
 */
export async function looksRight(page: Page, name: string): Promise<void> {
  const folder = process.env['DURABILL_SCREENSHOTS'];
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  for (const [kind, size] of Object.entries(widths)) {
    await page.setViewportSize(size);
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await atRest(page);
      await axe(page);
      await fits(page);
      if (folder !== undefined) {
        await page.screenshot({ path: join(folder, `${name}-${kind}-${theme}.png`), fullPage: true });
      }
    }
  }
  await page.setViewportSize({ width: narrowestPx, height: 740 });
  await fits(page);
  await page.setViewportSize(widths.desktop);
  await page.emulateMedia({ colorScheme: 'light' });
}

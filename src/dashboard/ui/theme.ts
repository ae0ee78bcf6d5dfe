import { useSyncExternalStore } from 'react';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'durabill-theme';
const listeners = new Set<() => void>();

function isTheme(text: string | null): text is Theme {
  return themes.includes(text as Theme);
}

/** Some browsers refuse storage to a page; the choice then lasts as long as the page. */
function stored(): Theme {
  try {
    const text = localStorage.getItem(key);
    return isTheme(text) ? text : 'system';
  } catch {
    return 'system';
  }
}

let current: Theme = stored();

/** Puts the choice on the document, where tokens.css looks for it. */
function show(theme: Theme): void {
  if (theme === 'system') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.setAttribute('data-theme', theme);
}

export function setTheme(theme: Theme): void {
  current = theme;
  show(theme);
  try {
    localStorage.setItem(key, theme);
  } catch {
    // As with reading: it is shown all the same.
  }
  for (const listener of listeners) listener();
}

/** Called before the first paint, so that a dark page does not flash white. */
export function applyStoredTheme(): void {
  show(current);
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

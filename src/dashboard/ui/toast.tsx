import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import css from './toast.module.css';

type Toast = { id: number; tone: 'good' | 'bad'; text: string };

/** Long enough to be read twice; it waits as long as it is pointed at or holds the focus. */
const shownMs = 8_000;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

const dismiss = (id: number) => change(toasts.filter((toast) => toast.id !== id));

/** Says at the edge of the page what has come of something, such as "Saved." It goes by itself. */
export function toast(text: string, tone: Toast['tone'] = 'good'): void {
  lastId += 1;
  const id = lastId;
  change([...toasts.slice(-2), { id, tone, text }]);
  const end = () => {
    const element = document.getElementById(`toast-${id}`);
    if (element?.matches(':hover, :focus-within') === true) setTimeout(end, shownMs);
    else dismiss(id);
  };
  setTimeout(end, shownMs);
}

/** Where they appear; once, in the shell. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className={css['toasts']} role="status" aria-live="polite">
      {shown.map(({ id, tone, text }) => (
        <div key={id} id={`toast-${id}`} className={`${css['toast']} ${css[tone]}`}>
          {tone === 'good' ? (
            <CircleCheck size={18} aria-hidden="true" />
          ) : (
            <CircleAlert size={18} aria-hidden="true" />
          )}
          <span>{text}</span>
          <button type="button" className={css['close']} aria-label="Dismiss" onClick={() => dismiss(id)}>
            <X size={16} aria-hidden="true" />
          </button>
        </div>
      ))}
    </div>
  );
}

import { CircleAlert, Inbox } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../../client/index.ts';
import { Button } from './button.tsx';
import css from './states.module.css';
import tones from './tone.module.css';

/** Grey bars where text will be; a screen reader hears that it is being fetched. */
export function Skeleton({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  return (
    <div className={css['skeleton']} role="status">
      <span className="sr-only">{label}…</span>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike and never change places
        <span key={index} className={css['bar']} aria-hidden="true" />
      ))}
    </div>
  );
}

/** Says why there is nothing, and what would put something there. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={css['empty']}>
      <Inbox size={28} aria-hidden="true" strokeWidth={1.5} />
      <p className={css['title']}>{title}</p>
      {children !== undefined && <p className="muted">{children}</p>}
      {action}
    </div>
  );
}

/**
 * What went wrong in the API's own sentence, what to do, and the number by which support finds the request. The field at fault is
 * named where the page has none of that name, beside which the sentence would stand.
 */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const known = error instanceof ApiError ? error : undefined;
  const field = known?.field ?? null;
  return (
    <div className={css['error']} role="alert">
      <CircleAlert size={22} aria-hidden="true" />
      <div className="stack-tight">
        <p className={css['title']}>{known?.message ?? 'This part of the page did not work.'}</p>
        <p className="muted">{known?.mend ?? 'Reload the page; if it stays, tell us what you did.'}</p>
        {field !== null && document.getElementsByName(field).length === 0 && (
          <p className={css['reference']}>
            Field <code>{field}</code>
          </p>
        )}
        {known?.requestId != null && (
          <p className={css['reference']}>
            Reference <code>{known.requestId}</code>
          </p>
        )}
        {retry !== undefined && (
          <div>
            <Button size="small" onPress={retry}>
              Try again
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

/** What `useQuery` gives; `usePages` with its items as `data`. */
type QueryLike<Data> = { data: Data | undefined; error: unknown; isFetching: boolean; refetch: () => unknown };

/**
 * What a query answers, or its skeleton, or its error with a way to try again. What was there before stays while it is
 * fetched anew.
 */
export function QueryView<Data>({
  query,
  skeleton = <Skeleton />,
  children,
}: {
  query: QueryLike<Data>;
  skeleton?: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null && !query.isFetching) {
    return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  }
  return <>{skeleton}</>;
}

/** A sentence that the reader should not miss: what a state means, or that something is being done. */
export function Notice({
  tone = 'info',
  title,
  children,
}: {
  tone?: 'info' | 'good' | 'warn' | 'bad';
  title?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className={`${css['notice']} ${tones[tone]}`}>
      {title !== undefined && <p className={css['title']}>{title}</p>}
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

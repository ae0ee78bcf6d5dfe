import { type FormEvent, type ReactNode, useMemo, useState } from 'react';
import { Form as AriaForm } from 'react-aria-components';
import { ApiError } from '../../client/index.ts';
import { ErrorState } from './states.tsx';

type FormProps = {
  /** Told the fields by name; what it throws is shown at the field that the API names, or above them all. */
  onSubmit: (fields: Record<string, string>) => Promise<unknown>;
  children: ReactNode | ((state: { isPending: boolean }) => ReactNode);
};

/** Sends its fields once at a time, and says what the API refuses where it can be mended. */
export function Form({ onSubmit, children }: FormProps) {
  const [error, setError] = useState<unknown>(null);
  /** The field of ours that the API names, if there is one. */
  const [field, setField] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  // The same object as long as the error is the same: a new one would count as a new refusal.
  const errors = useMemo(
    () => (error instanceof ApiError && field !== null ? { [field]: `${error.message} ${error.mend}` } : {}),
    [error, field],
  );

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isPending) return;
    const form = event.currentTarget;
    const fields = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    setError(null);
    setPending(true);
    try {
      await onSubmit(fields);
    } catch (thrown) {
      const named = thrown instanceof ApiError && thrown.field !== null ? form.elements.namedItem(thrown.field) : null;
      setError(thrown);
      setField(named === null ? null : (thrown as ApiError).field);
      if (named instanceof HTMLElement) named.focus();
    } finally {
      setPending(false);
    }
  }

  // By `aria` a refused field does not keep the form from being sent again: what was wrong may be mended at another one.
  return (
    <AriaForm
      className="stack"
      validationBehavior="aria"
      onSubmit={(event) => void submit(event)}
      validationErrors={errors}
    >
      {error !== null && field === null && <ErrorState error={error} />}
      {typeof children === 'function' ? children({ isPending }) : children}
    </AriaForm>
  );
}

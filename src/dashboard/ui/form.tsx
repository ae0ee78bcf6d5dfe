import { type FormEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Form as AriaForm } from 'react-aria-components';
import { flushSync } from 'react-dom';
import { ApiError } from '../../client/index.ts';
import { ErrorState } from './states.tsx';

type FormProps = {
  /** Told the fields by name; what it throws is shown above them, and at its field if the API names one. */
  onSubmit: (fields: Record<string, string>) => Promise<unknown>;
  children: ReactNode | ((state: { isPending: boolean }) => ReactNode);
};

/** Sends its fields once at a time, and says what the API refuses where it can be mended. */
export function Form({ onSubmit, children }: FormProps) {
  const [error, setError] = useState<unknown>(null);
  // What is typed takes a refusal away at once: if leaving the field did, the button would move from under the press.
  const [isMended, setMended] = useState(false);
  const [isPending, setPending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // The same object as long as the refusal is the same: a new one would count as a new refusal.
  const errors = useMemo(
    () =>
      error instanceof ApiError && error.field !== null && !isMended
        ? { [error.field]: `${error.message} ${error.mend}` }
        : {},
    [error, isMended],
  );
  useEffect(() => {
    if (error !== null) form.current?.querySelector('[role=alert]')?.scrollIntoView({ block: 'nearest' });
  }, [error]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isPending) return;
    const sent = event.currentTarget;
    // A refused field counts as wrong in the browser until then, though what was wrong may be mended at another one.
    flushSync(() => setError(null));
    if (!sent.checkValidity()) return;
    const fields = Object.fromEntries([...new FormData(sent)].map(([name, value]) => [name, String(value)]));
    setMended(false);
    setPending(true);
    try {
      await onSubmit(fields);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setPending(false);
    }
  }

  // The element takes more than its types say. The browser would not even ask to be sent while a refused field is as it was;
  // what is required is asked for above.
  const ofTheElement = {
    noValidate: true,
    onInput: ({ target }: FormEvent<HTMLFormElement>) => {
      setMended(true);
      sayIfMended(target);
    },
  };
  return (
    <AriaForm
      ref={form}
      {...ofTheElement}
      className="stack"
      onSubmit={(event) => void submit(event)}
      validationErrors={errors}
    >
      {error !== null && <ErrorState error={error} />}
      {typeof children === 'function' ? children({ isPending }) : children}
    </AriaForm>
  );
}

/** By itself a field says that it lacks something until it is left; this has it take that back while it is typed into. */
function sayIfMended(field: EventTarget): void {
  const isField = field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement;
  if (!isField || field.getAttribute('aria-invalid') !== 'true' || !field.validity.valid) return;
  // Leaving it would tell it by this.
  field.dispatchEvent(new Event('change'));
}

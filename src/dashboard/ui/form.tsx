import { type FormEvent, type ReactNode, useState } from 'react';
import { Form as AriaForm } from 'react-aria-components';
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
  const [isPending, setPending] = useState(false);
  const field = error instanceof ApiError ? error.field : null;

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
      setError(thrown);
    } finally {
      setPending(false);
    }
  }

  const standsAtAField = error instanceof ApiError && field !== null;
  return (
    <AriaForm
      className="stack"
      onSubmit={(event) => void submit(event)}
      validationErrors={standsAtAField ? { [field]: `${error.message} ${error.mend}` } : {}}
    >
      {error !== null && <ErrorState error={error} />}
      {typeof children === 'function' ? children({ isPending }) : children}
    </AriaForm>
  );
}

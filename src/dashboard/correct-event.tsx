import { useCustomer } from './customer.tsx';
import { useMay } from './session.tsx';
import { ButtonLink } from './ui/button.tsx';

/** For operators who may correct usage: the way to a correction of this event, filled in with what it is now. */
export function CorrectEvent({ event }: { event: { source: string; id: string; occurredAt: string } }) {
  const { externalId } = useCustomer();
  if (!useMay('invoices:write')) return null;
  const search = new URLSearchParams({
    customer: externalId,
    source: event.source,
    event: event.id,
    at: event.occurredAt,
  });
  return (
    <ButtonLink kind="quiet" size="small" to={`/operations/corrections/new?${search}`}>
      Correct this event<span className="sr-only"> ({event.id})</span>
    </ButtonLink>
  );
}

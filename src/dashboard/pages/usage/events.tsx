import { ArrowLeft, Download } from 'lucide-react';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { CorrectEvent } from '../../correct-event.tsx';
import { useCustomer, useCustomerLink } from '../../customer.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button, ButtonAnchor } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Checkbox } from '../../ui/field.tsx';
import { When } from '../../ui/format.tsx';
import { LoadMore, usePages } from '../../ui/load-more.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, QueryView, Skeleton } from '../../ui/states.tsx';
import { apiAddress, filterOf, readView, usageSearch } from './address.ts';
import css from './usage.module.css';

type Event = ItemOf<'/v1/customers/{id}/usage/events'>;

const dayMs = 86_400_000;

/** The events behind a number, the latest first. */
export function EventsPage() {
  const { id } = useCustomer();
  const to = useCustomerLink();
  const [search, setSearch] = useSearchParams();
  const view = readView(search);
  const until = view.to ?? new Date().toISOString();
  const from = view.from ?? new Date(Date.parse(until) - 30 * dayMs).toISOString();
  const source = search.get('source') ?? undefined;
  const event = search.get('event') ?? undefined;
  const versions = search.get('versions') === 'all' ? ('all' as const) : undefined;
  const filter = filterOf(view.only);
  const parameters = { meter: view.meter, from, to: until, filter, source, event, versions };
  const query = { ...parameters, limit: 50 };
  const events = usePages(['usage-events', id, query], (cursor, signal) =>
    take(
      client.GET('/v1/customers/{id}/usage/events', {
        params: { path: { id }, query: { ...query, ...(cursor !== undefined && { cursor }) } },
        signal,
      }),
    ),
  );
  return (
    <Page
      title="Events"
      lead={
        <>
          What was reported{event !== undefined && <> as “{event}”</>} between <When at={from} time /> and{' '}
          <When at={until} time />
          {view.only !== undefined && <>, only {view.only.replace('=', ': ')}</>}.
        </>
      }
      back={
        <Link to={`${to('/usage')}?${usageSearch(view)}`} className="row">
          <ArrowLeft size={16} aria-hidden="true" /> Usage
        </Link>
      }
      actions={
        <ButtonAnchor
          href={apiAddress(`/v1/customers/${id}/usage/events/csv`, parameters)}
          download
          icon={<Download size={16} aria-hidden="true" />}
        >
          All as CSV
        </ButtonAnchor>
      }
    >
      <Checkbox
        isSelected={versions === 'all'}
        onChange={(all) =>
          setSearch(
            (before) => {
              const next = new URLSearchParams(before);
              if (all) next.set('versions', 'all');
              else next.delete('versions');
              return next;
            },
            { replace: true },
          )
        }
      >
        Show what corrections have taken away
      </Checkbox>
      <Card>
        <QueryView query={events} skeleton={<Skeleton lines={8} />}>
          {(found) => <Events events={found} areOpen={event !== undefined} />}
        </QueryView>
        <LoadMore query={events} what="events" />
      </Card>
    </Page>
  );
}

function Events({ events, areOpen }: { events: readonly Event[]; areOpen: boolean }) {
  if (events.length === 0) {
    return <Empty title="There are no events">None was reported in this time that this number reads.</Empty>;
  }
  return (
    <ol className={css['events']} aria-label="Events">
      {events.map((event) => (
        <EventRow key={`${event.source} ${event.id} ${event.version}`} event={event} isOpenFirst={areOpen} />
      ))}
    </ol>
  );
}

function EventRow({ event, isOpenFirst }: { event: Event; isOpenFirst: boolean }) {
  const [isOpen, setOpen] = useState(isOpenFirst);
  const name = `${event.source} ${event.id}`;
  return (
    <li>
      <div className={css['eventHead']}>
        <span className={css['eventName']}>
          <When at={event.occurredAt} time />
          <code>{event.id}</code>
        </span>
        <span className="row">
          {event.measured !== null && <span className="number">{event.measured}</span>}
          {event.isSkipped && <Badge>Left out</Badge>}
          {event.supersededAt !== null && <Badge tone="warn">Taken away</Badge>}
          {event.correctionId !== null && <Badge tone="info">Corrected</Badge>}
          <Button
            size="small"
            kind="quiet"
            aria-expanded={isOpen}
            aria-label={`${isOpen ? 'Hide' : 'Show'} the event ${name}`}
            onPress={() => setOpen(!isOpen)}
          >
            {isOpen ? 'Hide' : 'Show'}
          </Button>
        </span>
      </div>
      {isOpen && (
        <dl className={css['properties']}>
          <div>
            <dt>Type</dt>
            <dd>
              <code>{event.type}</code>
            </dd>
          </div>
          <div>
            <dt>Sent by</dt>
            <dd>
              <code>{event.source}</code>
            </dd>
          </div>
          <div>
            <dt>Came in</dt>
            <dd>
              <When at={event.receivedAt} time />
            </dd>
          </div>
          {Object.entries(event.properties).map(([property, value]) => (
            <div key={property}>
              <dt>{property}</dt>
              <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {isOpen && event.supersededAt === null && <CorrectEvent event={event} />}
    </li>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Download, List } from 'lucide-react';
import { useSearchParams } from 'react-router';
import { type AnswerOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useCustomer, useCustomerLink } from '../../customer.tsx';
import { type Expected, useExpectedBill } from '../../expected-bill.ts';
import { ButtonAnchor, ButtonLink } from '../../ui/button.tsx';
import { Card, Stat } from '../../ui/card.tsx';
import { Quantity, useFormats, When } from '../../ui/format.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Notice, QueryView, Skeleton } from '../../ui/states.tsx';
import { apiAddress, filterOf, readView, type UsageView, usageSearch } from './address.ts';
import { Buckets, Groups } from './figures.tsx';
import { Toolbar } from './toolbar.tsx';
import css from './usage.module.css';
import { UsageChart } from './usage-chart.tsx';

export type Meters = AnswerOf<'/v1/customers/{id}/usage/meters'>['data'];
export type Usage = AnswerOf<'/v1/customers/{id}/usage'>;

/** A view with nothing left open. */
export type WholeView = UsageView & { meter: string; from: string; to: string; bucket: 'hour' | 'day' | 'month' };

/** Usage by meter, time and property; every number leads to its events. */
export function ExplorerPage() {
  const { id } = useCustomer();
  const meters = useQuery({
    queryKey: ['usage-meters', id],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}/usage/meters', { params: { path: { id } }, signal })),
  });
  // Whose clock it is and when its period began, which the browser does not know.
  const expected = useExpectedBill(id);
  return (
    <Page title="Usage" lead="What was used and when. Every number leads to the events behind it.">
      <QueryView query={meters} skeleton={<Skeleton lines={6} />}>
        {({ data }) => (
          <QueryView query={expected} skeleton={<Skeleton lines={6} />}>
            {(bills) =>
              data.length === 0 ? (
                <Card>
                  <Empty title="Nothing is measured for you">
                    Your plan has no price by usage. As soon as it has one, you see here what you use.
                  </Empty>
                </Card>
              ) : (
                <Explorer meters={data} expected={bills} />
              )
            }
          </QueryView>
        )}
      </QueryView>
    </Page>
  );
}

const dayMs = 86_400_000;

function wholeView(view: UsageView, meters: Meters, { bills, asOf }: Expected): WholeView {
  const [bill] = bills;
  const known = meters.some(({ meter }) => meter.key === view.meter);
  const usual = bill?.periodStartAt ?? new Date(Date.parse(asOf) - 30 * dayMs).toISOString();
  const from = view.from ?? usual;
  const to = view.to ?? (from < asOf ? asOf : new Date(Date.parse(from) + dayMs).toISOString());
  const meter = known ? (view.meter as string) : (meters[0] as Meters[number]).meter.key;
  const isShort = Date.parse(to) - Date.parse(from) <= 3 * dayMs;
  return { ...view, meter, from, to, bucket: view.bucket ?? (isShort ? 'hour' : 'day') };
}

/** The time before one of the same length; of a whole period the period before. */
function timeBefore({ from, to }: WholeView, { bills }: Expected): { compareFrom: string; compareTo: string } {
  const bill = bills.find(({ periodStartAt }) => periodStartAt === from);
  if (bill?.change != null) {
    // Of a period that is under way as much of the one before: 19 days with 30 tell nothing.
    const { periodStartAt: compareFrom, periodEndAt } = bill.change;
    const sameSpan = new Date(Date.parse(compareFrom) + Date.parse(to) - Date.parse(from)).toISOString();
    return { compareFrom, compareTo: to >= bill.periodEndAt || sameSpan > periodEndAt ? periodEndAt : sameSpan };
  }
  const compareFrom = new Date(2 * Date.parse(from) - Date.parse(to)).toISOString();
  return { compareFrom, compareTo: from };
}

function Explorer({ meters, expected }: { meters: Meters; expected: Expected }) {
  const { id } = useCustomer();
  const [search, setSearch] = useSearchParams();
  const view = wholeView(readView(search), meters, expected);
  const query = {
    meter: view.meter,
    from: view.from,
    to: view.to,
    bucket: view.bucket,
    ...(view.groupBy !== undefined && { groupBy: view.groupBy }),
    ...(filterOf(view.only) !== undefined && { filter: filterOf(view.only) }),
    ...(view.compare === true && timeBefore(view, expected)),
  };
  const usage = useQuery({
    queryKey: ['usage', id, query],
    queryFn: ({ signal }) => take(client.GET('/v1/customers/{id}/usage', { params: { path: { id }, query }, signal })),
  });
  const change = (next: UsageView) =>
    setSearch(usageSearch({ ...view, ...next }), { replace: true, preventScrollReset: true });
  return (
    <>
      <Toolbar view={view} meters={meters} expected={expected} change={change} />
      <QueryView query={usage} skeleton={<Skeleton lines={8} label="Adding up" />}>
        {(found) => (
          <Found usage={found} view={view} csv={apiAddress(`/v1/customers/${id}/usage/csv`, query)} change={change} />
        )}
      </QueryView>
    </>
  );
}

type FoundProps = { usage: Usage; view: WholeView; csv: string; change: (next: UsageView) => void };

function Found({ usage, view, csv, change }: FoundProps) {
  const to = useCustomerLink();
  const { number } = useFormats();
  const { total, compared, meter, removedBefore } = usage;
  const difference = compared === null ? null : Number(total.quantity) - Number(compared.total.quantity);
  return (
    <>
      {removedBefore !== null && (
        <Notice title="Older usage is not kept event by event">
          What was used before <When at={removedBefore} /> is missing here. It stands on your invoices, with its proof.
        </Notice>
      )}
      <Card
        title={meter.name}
        action={
          <div className="row">
            <ButtonLink
              size="small"
              to={`${to('/usage/events')}?${usageSearch({ meter: view.meter, from: view.from, to: view.to, only: view.only })}`}
              icon={<List size={16} aria-hidden="true" />}
            >
              Events
            </ButtonLink>
            <ButtonAnchor size="small" href={csv} download icon={<Download size={16} aria-hidden="true" />}>
              CSV
            </ButtonAnchor>
          </div>
        }
      >
        <div className="stack">
          <div className={css['stats']}>
            <Stat
              size="large"
              label="Total"
              value={<Quantity value={total.quantity} />}
              note={`${number(total.eventCount)} events`}
            />
            {compared !== null && difference !== null && (
              <Stat
                label="The time before"
                value={<Quantity value={compared.total.quantity} />}
                note={
                  difference === 0
                    ? 'the same'
                    : `${number(Math.abs(difference))} ${difference > 0 ? 'more now' : 'less now'}`
                }
              />
            )}
          </div>
          {total.skippedCount > 0 && (
            <Notice tone="info">
              {number(total.skippedCount)} events lack what is measured here. They are counted as read and left out, and
              cost nothing.
            </Notice>
          )}
          {total.eventCount === 0 ? (
            <Empty title="Nothing was used in this time">Choose another time, or take the filter away.</Empty>
          ) : (
            <UsageChart usage={usage} view={view} />
          )}
        </div>
      </Card>
      {usage.groups.length > 0 && <Groups usage={usage} view={view} change={change} />}
      {total.eventCount > 0 && <Buckets usage={usage} view={view} />}
    </>
  );
}

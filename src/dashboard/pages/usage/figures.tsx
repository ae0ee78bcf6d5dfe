import { Link } from 'react-router';
import { useCustomerLink } from '../../customer.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Quantity, useFormats } from '../../ui/format.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { type UsageView, usageSearch } from './address.ts';
import type { Usage, WholeView } from './explorer.tsx';
import css from './usage.module.css';
import { bucketName, valueName } from './usage-chart.tsx';

/** The values of the property by which it is split, each with its share of the events. */
export function Groups({ usage, view, change }: { usage: Usage; view: WholeView; change: (next: UsageView) => void }) {
  const { groups, groupCount, total } = usage;
  const columns: Column<Usage['groups'][number]>[] = [
    { key: 'value', title: view.groupBy ?? '', heading: true, cell: ({ value }) => valueName(value) },
    {
      key: 'share',
      title: 'Share of events',
      wideOnly: true,
      cell: ({ eventCount }) => (
        <span className={css['share']} aria-hidden="true">
          <span style={{ width: `${(100 * eventCount) / Math.max(1, total.eventCount)}%` }} />
        </span>
      ),
    },
    { key: 'quantity', title: 'Quantity', align: 'end', cell: ({ quantity }) => <Quantity value={quantity} /> },
    { key: 'events', title: 'Events', align: 'end', cell: ({ eventCount }) => <Quantity value={eventCount} /> },
    {
      key: 'only',
      title: <span className="sr-only">Look closer</span>,
      align: 'end',
      cell: ({ value }) => (
        <Button
          size="small"
          kind="quiet"
          aria-label={`Only this: ${valueName(value)}`}
          isDisabled={value === ''}
          onPress={() => change({ only: `${view.groupBy}=${value}`, groupBy: undefined })}
        >
          Only this
        </Button>
      ),
    },
  ];
  return (
    <Card
      title={`By ${view.groupBy}`}
      {...(groupCount > groups.length && { description: `The ${groups.length} with most events, of ${groupCount}.` })}
      flush
    >
      <Table caption={`Usage by ${view.groupBy}`} columns={columns} rows={groups} rowKey={({ value }) => value} />
    </Card>
  );
}

type Row = { at: string; to: string; quantity: string; eventCount: number };

/** Above so many rows a table is for a spreadsheet; the CSV has them all. */
const mostRows = 62;

/** Each bucket as a number that opens to its events; those in which something was used. */
export function Buckets({ usage, view }: { usage: Usage; view: WholeView }) {
  const to = useCustomerLink();
  const formats = useFormats();
  const { starts, series } = usage;
  const rows = starts
    .map((at, place): Row => {
      const figures = series.map(({ figures: of }) => of[place]);
      const [only] = figures;
      const eventCount = figures.reduce((sum, figure) => sum + (figure?.eventCount ?? 0), 0);
      const quantity = series.length === 1 ? (only?.quantity ?? '0') : '';
      return { at, to: starts[place + 1] ?? usage.to, quantity, eventCount };
    })
    .filter(({ eventCount }) => eventCount > 0)
    .reverse();
  const columns: Column<Row>[] = [
    { key: 'at', title: 'Time', heading: true, cell: ({ at }) => bucketName(at, view.bucket, formats) },
    ...(series.length === 1
      ? [
          {
            key: 'quantity',
            title: 'Quantity',
            align: 'end' as const,
            cell: ({ quantity }: Row) => <Quantity value={quantity} />,
          },
        ]
      : []),
    {
      key: 'events',
      title: 'Events',
      align: 'end',
      cell: ({ at, to: until, eventCount }) => (
        <Link
          to={`${to('/usage/events')}?${usageSearch({ meter: view.meter, from: at, to: until, only: view.only })}`}
          aria-label={`${formats.number(eventCount)} events of ${bucketName(at, view.bucket, formats)}`}
        >
          <Quantity value={eventCount} />
        </Link>
      ),
    },
  ];
  return (
    <Card
      title="The numbers"
      {...(rows.length > mostRows && {
        description: `The latest ${mostRows} of ${rows.length}; the CSV has all of them.`,
      })}
      flush
    >
      <Table
        caption="Usage over time"
        columns={columns}
        rows={rows.slice(0, mostRows)}
        rowKey={({ at }) => at}
        phone="scroll"
      />
    </Card>
  );
}

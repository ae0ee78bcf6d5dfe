import { X } from 'lucide-react';
import type { Expected } from '../../expected-bill.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, type Option, Select, TextField } from '../../ui/field.tsx';
import { periodText, useFormats } from '../../ui/format.tsx';
import { dayOf, startOfDay, type UsageView } from './address.ts';
import type { Meters, WholeView } from './explorer.tsx';
import css from './usage.module.css';

type ToolbarProps = { view: WholeView; meters: Meters; expected: Expected; change: (next: UsageView) => void };

const dayMs = 86_400_000;

/** What is looked at: a meter, a time, how it is cut and split. */
export function Toolbar({ view, meters, expected, change }: ToolbarProps) {
  const formats = useFormats();
  const { zone } = formats;
  const spans = spansOf(expected, formats);
  const current = spans.find(({ from, to }) => from === view.from && to === view.to);
  const meter = meters.find((one) => one.meter.key === view.meter);
  const properties = [...new Set([...(meter?.dimensions ?? []), ...(meter?.properties ?? [])])];
  return (
    <section className={css['toolbar']} aria-label="What is shown">
      <Select
        label="Meter"
        isRequired
        value={view.meter}
        options={meters.map(({ meter: one, prices }) => ({ id: one.key, label: one.name, note: prices.join(', ') }))}
        onChange={(key) => change({ meter: key, groupBy: undefined, only: undefined })}
      />
      <Select
        label="Time"
        isRequired
        value={current?.id ?? 'chosen'}
        options={[...spans, ...(current === undefined ? [{ id: 'chosen', label: 'The days below' }] : [])]}
        onChange={(key) => {
          const span = spans.find((one) => one.id === key);
          if (span !== undefined) change({ from: span.from, to: span.to, bucket: undefined });
        }}
      />
      <TextField
        label="First day"
        type="date"
        isRequired
        value={dayOf(view.from, zone)}
        onChange={(on) => {
          if (on !== '' && startOfDay(on, zone) < view.to) change({ from: startOfDay(on, zone), bucket: undefined });
        }}
      />
      <TextField
        label="Last day"
        type="date"
        isRequired
        value={dayOf(new Date(Date.parse(view.to) - 1).toISOString(), zone)}
        onChange={(on) => {
          if (on === '') return;
          // The first instant after it: 36 hours later is on the next day, however long the day is.
          const after = dayOf(new Date(Date.parse(startOfDay(on, zone)) + 1.5 * dayMs).toISOString(), zone);
          if (startOfDay(after, zone) > view.from) change({ to: startOfDay(after, zone), bucket: undefined });
        }}
      />
      <Select
        label="By"
        isRequired
        value={view.bucket}
        options={[
          { id: 'hour', label: 'Hour' },
          { id: 'day', label: 'Day' },
          { id: 'month', label: 'Month' },
        ]}
        onChange={(key) => change({ bucket: key as WholeView['bucket'] })}
      />
      <Select
        label="Split by"
        isRequired
        value={view.groupBy ?? 'none'}
        options={[
          { id: 'none', label: 'Nothing' },
          ...properties.map(
            (name): Option => ({
              id: name,
              label: name,
              ...(meter?.dimensions.includes(name) === true && { note: 'Your price looks at it' }),
            }),
          ),
        ]}
        onChange={(key) => change({ groupBy: key === 'none' ? undefined : key })}
      />
      <div className={css['more']}>
        <Checkbox isSelected={view.compare === true} onChange={(compare) => change({ compare })}>
          Compare with the time before
        </Checkbox>
        {view.only !== undefined && (
          <Button
            size="small"
            icon={<X size={14} aria-hidden="true" />}
            onPress={() => change({ only: undefined })}
            aria-label={`Take the filter away: only ${view.only}`}
          >
            Only {view.only.replace('=', ': ')}
          </Button>
        )}
      </div>
    </section>
  );
}

type Span = Option & { from: string; to: string };

/** The times that people ask for, by the customer's clock. */
function spansOf({ bills, asOf }: Expected, formats: ReturnType<typeof useFormats>): Span[] {
  const ago = (days: number) => new Date(Date.parse(asOf) - days * dayMs).toISOString();
  const [bill] = bills;
  const change = bill?.change;
  return [
    ...(bill !== undefined && bill.periodStartAt < asOf
      ? [
          {
            id: 'period',
            label: 'This period so far',
            note: periodText(formats, bill.periodStartAt, bill.periodEndAt),
            from: bill.periodStartAt,
            to: asOf,
          },
        ]
      : []),
    ...(change != null
      ? [
          {
            id: 'before',
            label: 'The last period',
            note: periodText(formats, change.periodStartAt, change.periodEndAt),
            from: change.periodStartAt,
            to: change.periodEndAt,
          },
        ]
      : []),
    { id: 'day', label: 'Last 24 hours', from: ago(1), to: asOf },
    { id: 'week', label: 'Last 7 days', from: ago(7), to: asOf },
    { id: 'quarter', label: 'Last 90 days', from: ago(90), to: asOf },
    { id: 'year', label: 'Last 365 days', from: ago(365), to: asOf },
  ];
}

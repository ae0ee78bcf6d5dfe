import { Chart, type ChartPoint, type ChartSeries } from '../../ui/chart.tsx';
import { type Formats, useFormats } from '../../ui/format.tsx';
import type { Usage, WholeView } from './explorer.tsx';

const named = { hour: 'Hour', day: 'Day', month: 'Month' } as const;

/** What a bucket is called. */
export function bucketName(at: string, bucket: WholeView['bucket'], { date }: Formats): string {
  if (bucket === 'month') return date(at, { month: 'short', year: 'numeric' });
  if (bucket === 'day') return date(at, { weekday: 'short', day: 'numeric', month: 'short' });
  return date(at, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
}

/** A value of a property as it is shown. */
export const valueName = (value: string | null) =>
  value === null ? 'All others' : value === '' ? 'Without a value' : value;

/** Bars of each bucket; stacked by group where parts make the whole, and beside the time before where that is asked for. */
export function UsageChart({ usage, view }: { usage: Usage; view: WholeView }) {
  const formats = useFormats();
  const { starts, series, compared, meter } = usage;
  const isGrouped = view.groupBy !== undefined;
  const shown: ChartSeries[] = [
    ...series.map(({ value }, index) => ({ key: `s${index}`, name: isGrouped ? valueName(value) : 'Now' })),
    ...(compared === null || isGrouped ? [] : [{ key: 'before', name: 'The time before', dashed: true }]),
  ];
  const points = starts.map((at, place): ChartPoint => {
    const figures = series.map(({ figures: of }, index) => [`s${index}`, Number(of[place]?.quantity ?? 0)]);
    const before = compared?.figures[place];
    return {
      x: bucketName(at, view.bucket, formats),
      ...Object.fromEntries(figures),
      ...(compared !== null && { before: before === undefined ? null : Number(before.quantity) }),
    };
  });
  const adds = meter.aggregation === 'count' || meter.aggregation === 'sum';
  return (
    <Chart
      kind={compared !== null && !isGrouped ? 'area' : 'bar'}
      caption={`${meter.name} by ${named[view.bucket].toLowerCase()}`}
      points={points}
      series={shown}
      stacked={isGrouped && adds}
      format={(value) => formats.number(value, { maximumFractionDigits: 2 })}
      formatAxis={(value) => formats.number(value, { notation: 'compact' })}
      pointName={named[view.bucket]}
      heightPx={280}
    />
  );
}

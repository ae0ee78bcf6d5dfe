import { lazy, Suspense } from 'react';
import css from './chart.module.css';

export type ChartSeries = { key: string; name: string; dashed?: boolean };
/** `x` names the point; each series has its value by its key, null where there is none. */
export type ChartPoint = { x: string } & Record<string, number | string | null>;

export type ChartProps = {
  kind: 'bar' | 'area' | 'line';
  /** What it shows, in a sentence: the caption of its table. */
  caption: string;
  points: readonly ChartPoint[];
  series: readonly ChartSeries[];
  /** How a value is written in the table and when it is pointed at. */
  format: (value: number) => string;
  /** How it is written at the axis; shorter. */
  formatAxis?: (value: number) => string;
  /** What the points are called: `Day`. */
  pointName: string;
  stacked?: boolean;
  heightPx?: number;
  /** A line across it, such as a spending cap. */
  mark?: { value: number; label: string };
};

// The drawing library is heavier than everything else together, so the numbers are there before it.
const Canvas = lazy(() => import('./chart-canvas.tsx'));

/** A drawing for the eye, and the same numbers as a table for whoever does not see it. */
export function Chart(props: ChartProps) {
  const { caption, points, series, format, pointName, heightPx = 240 } = props;
  return (
    <figure className={css['figure']}>
      <div aria-hidden="true" className={css['canvas']} style={{ height: heightPx }}>
        <Suspense fallback={<div className={css['waiting']} />}>
          <Canvas {...props} heightPx={heightPx} />
        </Suspense>
      </div>
      {series.length > 1 && (
        <ul className={css['legend']} aria-hidden="true">
          {series.map(({ key, name }, index) => (
            <li key={key}>
              <span className={css['swatch']} style={{ background: `var(--chart-${(index % 6) + 1})` }} />
              {name}
            </li>
          ))}
        </ul>
      )}
      <table className="sr-only">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{pointName}</th>
            {series.map(({ key, name }) => (
              <th key={key} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.x}>
              <th scope="row">{point.x}</th>
              {series.map(({ key }) => (
                <td key={key}>{typeof point[key] === 'number' ? format(point[key]) : 'none'}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import css from './chart.module.css';
import type { ChartProps } from './chart.tsx';

const wantsCalm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
const colorOf = (index: number) => `var(--chart-${(index % 6) + 1})`;

/** The drawing of a `Chart`; loaded only where there is one. */
export default function ChartCanvas({
  kind,
  points,
  series,
  format,
  formatAxis = format,
  stacked = false,
  heightPx = 240,
  mark,
}: ChartProps) {
  const isAnimationActive = !wantsCalm();
  const stack = stacked ? { stackId: 'all' } : {};
  return (
    <ResponsiveContainer width="100%" height={heightPx}>
      <ComposedChart
        data={points as object[]}
        margin={{ top: 8, right: 4, bottom: 0, left: 0 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
        <XAxis
          dataKey="x"
          tickLine={false}
          axisLine={false}
          minTickGap={24}
          tick={{ fill: 'var(--text-muted)', fontSize: 12 }}
        />
        <YAxis
          width={64}
          tickLine={false}
          axisLine={false}
          tickFormatter={formatAxis}
          tick={{ fill: 'var(--text-muted)', fontSize: 12 }}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: 'var(--accent-soft)', opacity: 0.6, stroke: 'none' }}
          content={({ active, payload, label }) =>
            active === true && payload !== undefined && payload.length > 0 ? (
              <div className={css['tooltip']}>
                <p>{String(label)}</p>
                {payload.map((entry) => (
                  <p key={String(entry.dataKey)} className="number">
                    {series.length > 1 && <span className="muted">{entry.name} </span>}
                    {typeof entry.value === 'number' ? format(entry.value) : '–'}
                  </p>
                ))}
              </div>
            ) : null
          }
        />
        {series.map(({ key, name, dashed = false }, index) => {
          const common = { dataKey: key, name, isAnimationActive, ...stack };
          const dash = dashed ? { strokeDasharray: '5 4' } : {};
          const color = colorOf(index);
          if (kind === 'bar') {
            return <Bar key={key} {...common} fill={color} radius={stacked ? 0 : [4, 4, 0, 0]} maxBarSize={36} />;
          }
          if (kind === 'area' && !dashed) {
            return (
              <Area key={key} {...common} stroke={color} fill={color} fillOpacity={0.16} strokeWidth={2} dot={false} />
            );
          }
          return <Line key={key} {...common} stroke={color} strokeWidth={2} dot={false} {...dash} />;
        })}
        {mark !== undefined && (
          <ReferenceLine
            y={mark.value}
            stroke="var(--warn)"
            strokeDasharray="4 4"
            label={{ value: mark.label, position: 'insideTopRight', fill: 'var(--warn)', fontSize: 12 }}
          />
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

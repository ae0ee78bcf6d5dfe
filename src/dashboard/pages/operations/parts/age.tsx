import { browserZone, createFormats, instantText, useFormats } from '../../../ui/format.tsx';

const steps: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** How long ago an instant of machine time is: `3 days ago`, with the instant itself, in the browser's zone, in its title. */
export function Age({ at, now = Date.now() }: { at: string; now?: number }) {
  const { locale } = useFormats();
  const seconds = (new Date(at).getTime() - now) / 1_000;
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  return (
    <time dateTime={at} title={instantText(createFormats(locale, browserZone()), at)} className="number">
      {words.format(Math.round(seconds / size), unit)}
    </time>
  );
}

/** A length of time: `2 min 5 s`. */
export function Duration({ seconds }: { seconds: number }) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60];
  const parts = [
    [hours, 'h'],
    [minutes, 'min'],
    [rest, 's'],
  ] as const;
  const told = parts.filter(([count], index) => count > 0 || (index === 2 && whole === 0)).slice(0, 2);
  return <span className="number">{told.map(([count, unit]) => `${count} ${unit}`).join(' ')}</span>;
}

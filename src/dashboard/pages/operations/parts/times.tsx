import { useFormats } from '../../../ui/format.tsx';

/**
 * Names the zone of the times on a page of operators, once, behind its lead: that of the browser. Only what is a customer's own
 * day, such as the period of a bill, is written in the customer's zone.
 */
export function TimesIn() {
  return <>Times in {useFormats().zone}.</>;
}

/** An instant as an input shows it: to the second, in the browser's zone. */
export function typedOf(instant: string): string {
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/**
 * What was typed as a time, with the offset that the browser's zone has then, unless it has one of its own. What is no time stays
 * as it is, for the API to refuse.
 */
export function instantOf(text: string): string {
  const typed = text.trim().replace(' ', 'T');
  const behind = new Date(typed).getTimezoneOffset();
  if (/(?:[Zz]|[+-]\d\d:\d\d)$/.test(typed) || Number.isNaN(behind)) return typed;
  const digits = (count: number) => String(Math.floor(count)).padStart(2, '0');
  return `${typed}${behind > 0 ? '-' : '+'}${digits(Math.abs(behind) / 60)}:${digits(Math.abs(behind) % 60)}`;
}

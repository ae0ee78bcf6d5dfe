import { useFormats } from '../../../ui/format.tsx';

/**
 * Names the zone of the times on a page of operators, once, behind its lead: that of the browser. Only what is a customer's own
 * day, such as the period of a bill, is written in the customer's zone.
 */
export function TimesIn() {
  return <>Times in {useFormats().zone}.</>;
}

/**
 * An instant as an input shows it: to the second, in the browser's zone. In the hour that comes twice, the second of them ends in
 * Z, as it would be read as the first.
 */
export function typedOf(instant: string): string {
  const at = new Date(instant);
  const typed = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  const isRead = Math.floor(new Date(typed).getTime() / 1_000) === Math.floor(at.getTime() / 1_000);
  return isRead ? typed : `${at.toISOString().slice(0, 19)}Z`;
}

/** What was typed as a time of the browser's zone, unless it says another. What is no time stays as it is, for the API to refuse. */
export function instantOf(text: string): string {
  const typed = text.trim().replace(' ', 'T');
  const at = new Date(typed);
  return /(?:[Zz]|[+-]\d\d:\d\d)$/.test(typed) || Number.isNaN(at.getTime()) ? typed : at.toISOString();
}

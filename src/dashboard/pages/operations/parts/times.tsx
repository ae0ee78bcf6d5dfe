import { useFormats } from '../../../ui/format.tsx';

/**
 * Names the zone of the times on a page of operators, once, behind its lead: that of the browser. Only what is a customer's own
 * day, such as the period of a bill, is written in the customer's zone.
 */
export function TimesIn() {
  return <>Times in {useFormats().zone}.</>;
}

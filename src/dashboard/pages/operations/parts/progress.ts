/** What runs count, in the order in which the work goes: periods, drafts, invoices, what is sent, what is followed up. */
const order = [
  'periods',
  'generated',
  'rebuilt',
  'parkedPeriods',
  'noted',
  'held',
  'issued',
  'skipped',
  'grantsExpired',
  'topUpsSettled',
  'topUpsOrdered',
  'topUpsInvoiced',
  'published',
  'synced',
  'parked',
  'planned',
  'reminded',
  'retried',
  'told',
  'uncollectible',
];

/** The figures of a run as the work goes; one that is not known here comes last. */
export function figuresOf(progress: Record<string, number>): [name: string, count: number][] {
  const placeOf = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.entries(progress).sort(([one], [other]) => placeOf(one) - placeOf(other));
}

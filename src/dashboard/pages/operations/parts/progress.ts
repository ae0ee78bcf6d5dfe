import { capital, inWords } from './words.ts';

/** What runs count and what that means, in the order in which the work goes: periods, drafts, invoices, what is sent, what is followed up. */
const meanings = {
  periods: 'Periods of subscriptions that were opened. Each is billed when it is over.',
  generated: 'Drafts that were made. They become final after a day of review.',
  rebuilt: 'Drafts that were made again, since what they bill had changed.',
  parkedPeriods: 'Periods that could not be billed. The next invoicing run tries them again.',
  noted: 'Drafts with usage that no price bills. It is written down and stops nothing.',
  held: 'Drafts that were stopped, since something looked wrong. They wait for somebody to answer.',
  issued: 'Drafts that became final invoices.',
  skipped: 'Drafts with nothing to pay, and steps of dunning that were not needed any more.',
  grantsExpired: 'Credits in wallets that came to their end with something left in them.',
  topUpsSettled: 'Top-ups of wallets that were paid, or cancelled.',
  topUpsOrdered: 'Top-ups that wallets asked for, since they had run low.',
  topUpsInvoiced: 'Invoices that were made for top-ups of wallets.',
  published: 'Invoices that were handed on to be sent to Stripe.',
  synced: 'Invoices that have arrived at Stripe since the run began.',
  parked: 'Invoices that did not reach Stripe since the run began. They wait for somebody to answer.',
  planned: 'Steps of dunning, such as reminders, that were planned.',
  reminded: 'Invoices of which the customer is reminded by mail.',
  retried: 'Invoices whose payment is tried once more.',
  told: 'Unpaid invoices that a person should look at.',
  uncollectible: 'Invoices that were given up: their money is not asked for any more.',
} as const;

const order = Object.keys(meanings);

/** Every figure that there is, with its meaning. */
export const figures = Object.entries(meanings).map(([name, meaning]) => ({ label: capital(inWords(name)), meaning }));

export type Figure = { name: string; label: string; meaning: string | undefined; count: number };

/** The figures of a run as the work goes, those that are zero too; one that is not known here comes last, without a meaning. */
export function figuresOf(progress: Record<string, number>): Figure[] {
  const placeOf = ({ name }: Figure) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.entries(progress)
    .map(([name, count]) => ({
      ...{ name, count, label: capital(inWords(name)) },
      meaning: (meanings as Record<string, string>)[name],
    }))
    .sort((one, other) => placeOf(one) - placeOf(other));
}

import type { Formats } from '../../ui/format.tsx';

/** One step of the working as the API writes it; see `Step` in the document. All numbers are exact decimals. */
export type Step = {
  kind: string;
  quantity?: string;
  from?: string;
  upTo?: string | null;
  unitAmount?: string;
  flatAmount?: string;
  packages?: string;
  packageSize?: string;
  packageAmount?: string;
  rate?: string;
  multiplier?: string;
  transactions?: string;
  divideBy?: string;
  values?: Record<string, string>;
  startAt?: string;
  endAt?: string;
  bound?: string;
  share?: { numerator: string; denominator: string };
  amount: string;
};

/** A step as a row: what it is about, how it is computed, what it comes to. */
export type ToldStep = { what: string; how: string; amount: string };

/** Steps of a working that come from a server which may know more than this page. */
export function stepsOf(working: unknown): Step[] {
  return Array.isArray(working) ? (working as Step[]) : [];
}

/** Puts each step into words with the numbers that are needed to compute it again. */
export function tellSteps(working: unknown, currency: string, formats: Formats): ToldStep[] {
  return stepsOf(working).map((step) => ({
    what: whatOf(step, formats),
    how: withShare(howOf(step, currency, formats), step, formats),
    amount: formats.price(step.amount, currency),
  }));
}

function whatOf(step: Step, formats: Formats): string {
  const { kind, values, startAt, endAt } = step;
  const number = (text: string) => formats.number(text);
  if (startAt !== undefined && endAt !== undefined) {
    return `From ${formats.date(startAt)} until ${formats.date(endAt)}`;
  }
  if (values !== undefined) {
    return Object.entries(values)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  }
  switch (kind) {
    case 'converted':
      return 'Converted to what is billed';
    case 'included':
      return 'Included in your plan';
    case 'free':
      return 'Free of charge';
    case 'flat':
      return 'Fixed fee';
    case 'units':
      return 'All units';
    case 'tier':
      return `Tier: ${rangeOf(step, number)}`;
    case 'step':
      return `Price for ${rangeOf(step, number)}`;
    case 'package':
      return step.packageSize === undefined ? 'Packages' : `Packages of ${number(step.packageSize)}`;
    case 'percentage':
      return 'Share of the amounts';
    case 'fixed':
      return 'For each transaction';
    case 'bounded':
      return 'Transactions at their bound';
    case 'carried':
      return 'Amounts that the events carried';
    case 'overage':
      return 'Beyond what was committed';
    case 'floor':
      return 'Raised to the minimum';
    case 'cap':
      return 'Limited to the maximum';
    default:
      return kind.replaceAll('_', ' ');
  }
}

function rangeOf({ from = '0', upTo }: Step, number: (text: string) => string): string {
  if (upTo === null || upTo === undefined) return `above ${number(from)}`;
  return from === '0' ? `the first ${number(upTo)}` : `above ${number(from)}, up to ${number(upTo)}`;
}

function howOf(step: Step, currency: string, formats: Formats): string {
  const { kind, quantity, unitAmount, flatAmount, packages, packageAmount, rate, multiplier, transactions } = step;
  const number = (text: string) => formats.number(text);
  const price = (text: string) => formats.price(text, currency);
  if (kind === 'converted' && quantity !== undefined) {
    if (step.divideBy !== undefined) return `divided by ${number(step.divideBy)} makes ${number(quantity)}`;
    return multiplier === undefined ? number(quantity) : `times ${number(multiplier)} makes ${number(quantity)}`;
  }
  if (kind === 'floor' || kind === 'cap') return step.bound === undefined ? '' : price(step.bound);
  if (kind === 'overage') {
    const beyond = step.bound === undefined ? '' : price(step.bound);
    return multiplier === undefined ? beyond : `${beyond} × ${number(multiplier)}`;
  }
  if (rate !== undefined && quantity !== undefined) return `${number(rate)} % of ${price(quantity)}`;
  if (packages !== undefined && packageAmount !== undefined) return `${number(packages)} × ${price(packageAmount)}`;
  const count = transactions ?? quantity;
  const factor = multiplier === undefined ? '' : ` × ${number(multiplier)}`;
  const units =
    count !== undefined && unitAmount !== undefined ? `${number(count)} × ${price(unitAmount)}${factor}` : '';
  if (units !== '' && flatAmount !== undefined) return `${units} + ${price(flatAmount)}`;
  if (units !== '') return units;
  if (flatAmount !== undefined) return price(flatAmount);
  return count === undefined ? '' : number(count);
}

function withShare(text: string, { share }: Step, formats: Formats): string {
  if (share === undefined) return text;
  const part = `${formats.number(share.numerator)}/${formats.number(share.denominator)} of the period`;
  return text === '' ? part : `${text} × ${part}`;
}

/** Where the quantity comes from, as a sentence. */
export function quantitySentence(
  line: {
    meterKey: string | null;
    quantity: string | null;
    eventCount: number;
    skippedCount: number;
    usageState: string | null;
  },
  formats: Formats,
): string {
  const { meterKey, quantity, eventCount, skippedCount, usageState } = line;
  if (meterKey === null || quantity === null) {
    return 'This is a price of your plan that does not depend on usage.';
  }
  if (usageState === 'no-data') {
    return 'A source of this usage has fallen silent, so some or all of it may be missing; see the note on the invoice.';
  }
  if (eventCount === 0) return 'Nothing was used in this period.';
  const events = `${formats.number(eventCount)} ${eventCount === 1 ? 'event' : 'events'}`;
  const skipped =
    skippedCount === 0 ? '' : ` ${formats.number(skippedCount)} of them lacked what is measured, and were left out.`;
  return `${events} of this period add up to ${formats.number(quantity)}.${skipped}`;
}

import type { Step } from '../domain/rating/step.ts';
import { fill } from './labels/index.ts';
import type { Speech } from './locale.ts';

/** More steps than these say less, and would fill pages: the API has all of them. */
const mostSteps = 6;

/** The price of a unit where all of the line has one; null where it came about in another way. */
export function unitPriceOf(working: readonly Step[], speech: Speech): string | null {
  const charged = working.filter(({ kind }) => kind !== 'converted');
  const [step] = charged;
  if (charged.length !== 1 || step?.kind !== 'units' || step.unitAmount === undefined || step.share) return null;
  return speech.price(step.unitAmount);
}

/** How an amount came about, in the few words that fit under a line; nothing where its unit price says it all. */
export function workingDetails(working: readonly Step[], speech: Speech): string[] {
  if (unitPriceOf(working, speech) !== null) return [];
  const told = working.map((step) => stepText(step, speech)).filter((text) => text !== null);
  return told.length > mostSteps ? [...told.slice(0, mostSteps), '…'] : told;
}

function stepText(step: Step, speech: Speech): string | null {
  const text = chargeText(step, speech);
  if (text === null || step.share === undefined) return text;
  return `${text} × ${step.share.numerator}/${step.share.denominator}`;
}

function chargeText(step: Step, { labels, price, quantity, percent }: Speech): string | null {
  const { kind } = step;
  if (kind === 'included' && step.quantity) return fill(labels.included, { quantity: quantity(step.quantity) });
  if (kind === 'free') {
    const free = step.transactions ?? step.quantity;
    return free === undefined ? null : fill(labels.free, { quantity: quantity(free) });
  }
  if (kind === 'floor' && step.bound) return fill(labels.minimum, { amount: price(step.bound) });
  if (kind === 'cap' && step.bound) return fill(labels.maximum, { amount: price(step.bound) });
  if (kind === 'percentage' && step.rate && step.quantity) {
    return fill(labels.percentageOf, { rate: percent(step.rate), amount: price(step.quantity) });
  }
  if (step.packages && step.packageAmount) return `${quantity(step.packages)} × ${price(step.packageAmount)}`;
  const count = step.transactions ?? step.quantity;
  if (count && step.unitAmount) return `${quantity(count)} × ${price(step.unitAmount)}`;
  // A flat amount is the line's own, unless only a part of the cycle is charged.
  if (step.flatAmount && step.share) return price(step.flatAmount);
  return null;
}

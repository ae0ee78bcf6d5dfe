import { type Currency, currencies } from '../domain/money/currency.ts';
import { formatMoney, money } from '../domain/money/money.ts';
import { stripeAmountInMinor, toStripeAmount } from '../domain/money/stripe-amount.ts';
import type { ChainState } from '../store/audit-verify.ts';
import type { InvoiceBill } from '../store/bill-parts.ts';
import type { InvoiceLine } from '../store/invoice-facts.ts';
import type { AnsweredTotal, ProofFacts, RecordedCopy } from '../store/proof-facts.ts';
import { type Comparison, sides } from './proof-comparisons.ts';
import { faultInWords } from './verify-audit.ts';

/** The invoice as a whole: its lines, their sum, its copy at Stripe, and its history. */
export function compareWhole(
  facts: ProofFacts,
  lines: readonly InvoiceLine[],
  bill: InvoiceBill,
  answered: AnsweredTotal | undefined,
  chain: ChainState,
): Comparison[] {
  const currency = facts.currency as Currency;
  const shown = (amountMinor: bigint) => formatMoney(money(amountMinor, currency));
  const sum = sumOf(lines);
  const added = bill.taxes.filter(({ isInclusive }) => !isInclusive);
  const found = sum - sumOf(bill.discounts) + sumOf(added) - sumOf(bill.credits);
  return [
    {
      ...sides('lines', BigInt(facts.lineCount), BigInt(lines.length)),
      sentence: `The invoice says that it has ${facts.lineCount} lines; ${lines.length} are there.`,
    },
    {
      ...sides('sum', bill.subtotalMinor, sum),
      sentence: `Its charges are ${shown(bill.subtotalMinor)}; its lines add up to ${shown(sum)}.`,
    },
    {
      ...sides('total', facts.totalMinor, found),
      sentence: `Its total is ${shown(facts.totalMinor)}; charges, discounts, taxes and credits make ${shown(found)}.`,
    },
    ...compareCopy(facts, answered),
    compareHistory(facts, chain),
  ];
}

function sumOf(parts: readonly { amountMinor: bigint }[]): bigint {
  return parts.reduce((total, { amountMinor }) => total + amountMinor, 0n);
}

/** Its making is the first entry of every history, and whatever brought it to rest at Stripe was told of there. */
function compareHistory({ hasSyncedEntry, ...facts }: ProofFacts, { links, fault }: ChainState): Comparison {
  const isAtRest = facts.lifecycle === 'issued' && facts.sync === 'synced';
  if (fault !== null) {
    const found = `${fault.fault} at ${fault.sequence}`;
    return { ...sides('history', 'holds', found), sentence: `Its history does not hold: ${faultInWords(fault)}.` };
  }
  if (links === 0) {
    return { ...sides('history', 'holds', 'gone'), sentence: 'Nothing of its history is there any more.' };
  }
  if (isAtRest && !hasSyncedEntry) {
    const sentence = 'Its history holds together, but ends before it was brought to Stripe: its end is gone.';
    return { ...sides('history', 'holds', 'cut off'), sentence };
  }
  return { ...sides('history', 'holds', 'holds'), sentence: `The ${links} entries of its history hold together.` };
}

function compareCopy(facts: ProofFacts, answered: AnsweredTotal | undefined): Comparison[] {
  const { atStripe, totalMinor, currency, lifecycle, sync } = facts;
  if (atStripe === null) {
    const isMissing = lifecycle === 'issued' && sync === 'synced';
    const sentence = isMissing
      ? 'It was brought to Stripe, and no copy of it there is recorded any more.'
      : lifecycle === 'skipped'
        ? 'It is over nothing and goes nowhere.'
        : 'No copy of it is recorded at Stripe.';
    return [{ what: 'stripe', billed: String(totalMinor), found: null, holds: isMissing ? false : null, sentence }];
  }
  const { remoteId, recordedAt, totalMinor: recorded } = atStripe;
  const mapping: Comparison = {
    ...sides('stripe', totalMinor, recorded),
    sentence: `Stripe's ${remoteId} was found to be over ${formatMoney(money(recorded, currency as Currency))}, recorded on ${recordedAt.toISOString()}.`,
  };
  return [mapping, ...compareAnswer(facts, answered), compareStatus(facts, atStripe)];
}

function compareAnswer({ totalMinor, currency }: ProofFacts, answered: AnsweredTotal | undefined): Comparison[] {
  if (answered === undefined) return [];
  const ours = `${toStripeAmount(money(totalMinor, currency as Currency))} ${currency.toLowerCase()}`;
  const theirs = `${answered.total} ${answered.currency}`;
  const total = formatMoney(money(totalMinor, currency as Currency));
  const sentence = `Its total is ${total}; Stripe's last answer, of ${answered.at.toISOString()}, had ${shownAtStripe(answered)}.`;
  return [{ ...sides('stripe-answer', ours, theirs), sentence }];
}

/** The amount that Stripe's integer stands for; the integer itself where the books have no such amount. */
function shownAtStripe({ total, currency }: AnsweredTotal): string {
  const code = currency.toUpperCase() as Currency;
  const minor = stripeAmountInMinor(Number(total), code);
  if (!currencies.includes(code) || minor.includes('.')) return `${total} of Stripe's units of ${code}`;
  return formatMoney(money(BigInt(minor), code));
}

/** Nothing is left to pay of these: a draft that was deleted, and what was looked for and not found. */
const voidStatuses: readonly string[] = ['void', 'deleted', 'gone'];

/** The state of the copy that the books stand for; null while there is none that it has to have. */
function statusWanted({ lifecycle, payment }: ProofFacts): string | null {
  if (lifecycle === 'void') return 'void';
  if (lifecycle !== 'issued') return null;
  return payment === 'paid' || payment === 'uncollectible' ? payment : 'open';
}

/** Whatever differs while its sync is at work is about to be brought together, and proves nothing yet. */
function compareStatus(facts: ProofFacts, { remoteId, lastSeen }: RecordedCopy): Comparison {
  const billed = statusWanted(facts);
  const found = lastSeen.status;
  const isSame = billed === 'void' ? voidStatuses.includes(found) : billed === found;
  const isAtRest = facts.sync === 'synced' || facts.sync === 'parked';
  const holds = billed !== null && isSame ? true : billed !== null && isAtRest ? false : null;
  const seen = `Stripe's ${remoteId} was last seen as ${found}, on ${lastSeen.at.toISOString()}`;
  const sentence = `${seen}; the books have it as ${billed ?? facts.lifecycle}${holds === null ? ', and its sync is not at rest' : ''}.`;
  return { what: 'stripe-status', billed, found, holds, sentence };
}

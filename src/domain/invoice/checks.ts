import type { ErrorCode } from '../../errors/catalogue.ts';
import { isDurabillError } from '../../errors/error.ts';
import type { Currency } from '../money/currency.ts';
import { formatMoney } from '../money/money.ts';
import { toStripeAmount } from '../money/stripe-amount.ts';
import { type CheckLimits, defaultRiseMinor } from './limits.ts';

/** An invoice that has been computed, and what is known of its customer. Amounts are minor units of `currency`. */
export type InvoiceToCheck = {
  currency: string;
  /** The sum of its lines, before discounts, taxes and credits: those are no surprise. */
  subtotalMinor: bigint;
  lineCount: number;
  /** What a target would be told: of each line what coupons have left, of each tax on it, of each credit. */
  amountsMinor: readonly bigint[];
  customerCurrency: string;
  /** Currencies of the plans that its lines come from. */
  planCurrencies: readonly string[];
  /** Subtotals of the customer's periods before it, the last first; only those that had anything to pay. */
  recentSubtotalsMinor: readonly bigint[];
  /** Events of the period by their type, where no price of any of the customer's plans reads that type. */
  unpriced: readonly UnpricedUsage[];
  /** More of it than is told type by type. */
  untold: UntoldTypes;
};

export type UnpricedUsage = { eventType: string; events: bigint; isMetered: boolean };

/** Types of usage without a price that were found beside those that are told; of what no meter knows at least so many. */
export type UntoldTypes = { metered: number; unmetered: number };

/** Every finding's code, for ever; the catalogue of errors has the sentences. In the order in which they lead. */
export const findingCodes = [
  'plan-currency-mismatch',
  'invoice-lines-too-many',
  'stripe-amount-unsupported',
  'usage-price-missing',
  'invoice-total-above-bound',
  'invoice-total-jump',
  'usage-meter-missing',
] as const satisfies readonly ErrorCode[];
export type FindingCode = (typeof findingCodes)[number];

export type Finding<Code extends ErrorCode = FindingCode> = {
  code: Code;
  /** What it is about beside the invoice: the event type of usage without a price; '' for the invoice itself. */
  subject: string;
  /** The figure by which it would be worse: minor units, lines, events or types. */
  figure: bigint;
  /** One sentence with the figures; nothing personal. */
  reason: string;
  evidence: Record<string, unknown>;
};

/** A finding that a person has looked at and let pass. */
export type Waiver = { code: string; subject: string; figure: bigint };

/** What holds the invoice, the gravest first, and what is only written down. */
export type Findings = { holds: Finding[]; notes: Finding[] };

/** The periods that a total is compared with: fewer than these two say nothing, and more than three are long ago. */
export const recentPeriods = { least: 2, most: 3 } as const;

/** A person's word makes none of these sendable: two currencies, more lines than one may have, an amount that is not taken. */
const neverWaived: readonly string[] = [
  'plan-currency-mismatch',
  'invoice-lines-too-many',
  'stripe-amount-unsupported',
];

/**
 * Everything about an invoice that a person should see before it becomes final. A finding that was waived does not hold
 * it again, unless it has become worse.
 */
export function checkInvoice(invoice: InvoiceToCheck, limits: CheckLimits, waivers: readonly Waiver[] = []): Findings {
  const holds = [
    ...otherCurrency(invoice),
    ...tooManyLines(invoice, limits),
    ...unsendable(invoice),
    ...missingPrice(invoice),
    ...aboveBound(invoice, limits),
    ...jump(invoice, limits),
  ].filter((finding) => !isWaived(finding, waivers));
  const isNote = ({ code }: Finding) => code === 'usage-price-missing' && !limits.holdsUnpriced;
  return {
    holds: holds.filter((finding) => !isNote(finding)),
    notes: [...holds.filter(isNote), ...missingMeter(invoice)],
  };
}

function isWaived({ code, subject, figure }: Finding, waivers: readonly Waiver[]): boolean {
  if (neverWaived.includes(code)) return false;
  return waivers.some((waiver) => waiver.code === code && waiver.subject === subject && figure <= waiver.figure);
}

const shown = (amountMinor: bigint, currency: string) => formatMoney({ amountMinor, currency: currency as Currency });

function otherCurrency({ currency, customerCurrency, planCurrencies }: InvoiceToCheck): Finding[] {
  const others = [...new Set([customerCurrency, ...planCurrencies])].filter((other) => other !== currency).sort();
  if (others.length === 0) return [];
  const plans = [...new Set(planCurrencies)].sort();
  const priced = plans.length === 0 ? '' : ` and its plans are priced in ${plans.join(' and ')}`;
  return [
    {
      code: 'plan-currency-mismatch',
      subject: '',
      figure: BigInt(others.length),
      reason: `The invoice is in ${currency}, but its customer pays in ${customerCurrency}${priced}.`,
      evidence: { currency, customerCurrency, planCurrencies: plans },
    },
  ];
}

function tooManyLines({ lineCount }: InvoiceToCheck, { maxLines }: CheckLimits): Finding[] {
  if (lineCount <= maxLines) return [];
  return [
    {
      code: 'invoice-lines-too-many',
      subject: '',
      figure: BigInt(lineCount),
      reason: `It has ${lineCount} lines; one has at most ${maxLines}.`,
      evidence: { lines: lineCount, maxLines },
    },
  ];
}

/** Before it has a number: what is refused after that cannot be mended any more. */
function unsendable({ amountsMinor, currency }: InvoiceToCheck): Finding[] {
  const refused = amountsMinor.flatMap((amountMinor) => whyUnsendable(amountMinor, currency as Currency) ?? []);
  if (refused[0] === undefined) return [];
  return [
    {
      code: 'stripe-amount-unsupported',
      subject: '',
      figure: BigInt(refused.length),
      reason: refused[0],
      evidence: { amounts: refused.length, currency },
    },
  ];
}

function whyUnsendable(amountMinor: bigint, currency: Currency): string | undefined {
  try {
    toStripeAmount({ amountMinor, currency });
    return undefined;
  } catch (error) {
    if (isDurabillError(error, 'stripe-amount-unsupported')) return error.message;
    throw error;
  }
}

/**
 * A finding for each type, so that each is waived by itself, and one for those that are not told. What was released leaves
 * room for them, so that the next check tells them and holds the draft again: nobody lets pass what nobody was shown.
 */
function missingPrice({ unpriced, untold }: InvoiceToCheck): Finding[] {
  const told = unpriced
    .filter(({ isMetered }) => isMetered)
    .map(
      ({ eventType, events }): Finding => ({
        code: 'usage-price-missing',
        subject: eventType,
        figure: events,
        reason: `The period has ${counted(events)} of "${shortened(eventType)}", which a meter counts and no price bills.`,
        evidence: { eventType, events: String(events) },
      }),
    );
  const more = `Usage of ${typesMore(untold.metered)} has no price either; it is told when this is released.`;
  return [...told, ...untoldOf('usage-price-missing', untold.metered, more)];
}

/** What no meter knows may well be meant to cost nothing: senders often report more than is billed. */
function missingMeter({ unpriced, untold }: InvoiceToCheck): Finding[] {
  const told = unpriced
    .filter(({ isMetered }) => !isMetered)
    .map(
      ({ eventType, events }): Finding => ({
        code: 'usage-meter-missing',
        subject: eventType,
        figure: events,
        reason: `The period has ${counted(events)} of "${shortened(eventType)}", a type that no meter knows.`,
        evidence: { eventType, events: String(events) },
      }),
    );
  const more = `Usage of at least ${typesMore(untold.unmetered)} is known to no meter either.`;
  return [...told, ...untoldOf('usage-meter-missing', untold.unmetered, more)];
}

function untoldOf(code: FindingCode, types: number, reason: string): Finding[] {
  return types === 0 ? [] : [{ code, subject: '', figure: BigInt(types), reason, evidence: { types } }];
}

const typesMore = (types: number) => (types === 1 ? '1 type more' : `${types} types more`);
const counted = (events: bigint) => (events === 1n ? '1 event' : `${events} events`);
/** Senders choose types, of up to 255 characters. */
const shortened = (eventType: string) => (eventType.length <= 60 ? eventType : `${eventType.slice(0, 59)}…`);

function aboveBound({ subtotalMinor, currency }: InvoiceToCheck, { totalAboveMinor }: CheckLimits): Finding[] {
  const bound = totalAboveMinor.get(currency);
  if (bound === undefined || subtotalMinor <= bound) return [];
  return [
    {
      code: 'invoice-total-above-bound',
      subject: '',
      figure: subtotalMinor,
      reason: `The subtotal of ${shown(subtotalMinor, currency)} is above the bound of ${shown(bound, currency)}.`,
      evidence: { subtotalMinor: String(subtotalMinor), boundMinor: String(bound) },
    },
  ];
}

/** Compared as integers: the average of three periods is seldom a whole number of cents. */
function jump({ subtotalMinor, currency, recentSubtotalsMinor }: InvoiceToCheck, limits: CheckLimits): Finding[] {
  const recent = recentSubtotalsMinor.slice(0, recentPeriods.most);
  const sum = recent.reduce((total, one) => total + one, 0n);
  if (limits.jumpFactor === 0 || recent.length < recentPeriods.least || sum <= 0n) return [];
  const periods = BigInt(recent.length);
  const riseAbove = limits.jumpAboveMinor.get(currency) ?? defaultRiseMinor;
  const isJump =
    subtotalMinor * periods > BigInt(limits.jumpFactor) * sum && subtotalMinor * periods - sum > riseAbove * periods;
  if (!isJump) return [];
  const average = (2n * sum + periods) / (2n * periods);
  const tenths = (10n * subtotalMinor * periods) / sum;
  return [
    {
      code: 'invoice-total-jump',
      subject: '',
      figure: subtotalMinor,
      reason:
        `The subtotal of ${shown(subtotalMinor, currency)} is ${tenths / 10n}.${tenths % 10n} times the average of ` +
        `${shown(average, currency)} of the last ${periods} periods; more than ${limits.jumpFactor} times is held.`,
      evidence: {
        subtotalMinor: String(subtotalMinor),
        recentSubtotalsMinor: recent.map(String),
        factor: limits.jumpFactor,
      },
    },
  ];
}

import { type Exact, parseDecimal, ratio, zero } from '../../domain/money/exact.ts';
import { type SpanRule, spansOf } from '../../domain/rating/measure/spans.ts';
import { rulesOf } from '../../domain/rating/models/index.ts';
import type { Price } from '../../domain/rating/price.ts';
import type { Reader } from '../../domain/rating/reader.ts';
import { noTransactions, tallyTransactions } from '../../domain/rating/transactions.ts';
import type { Measured, Usage } from '../../domain/rating/usage.ts';
import { readInstant } from '../instant.ts';

/** What turns instants of seats into shares: none where the request names no period. */
export type SpanRules = ({ startAt: Date; endAt: Date } & SpanRule) | undefined;

const maxParts = 10_000;

/** Which fields of `usage` a price takes, by what its model reads. */
const fieldsOf = {
  nothing: [],
  quantity: ['quantity'],
  transactions: ['transactions', 'quantity', 'transactionCount'],
  carried: ['quantity', 'carriedAmount'],
  cells: ['cells'],
  spans: ['quantity', 'seats'],
} as const;

/**
 * Reads what was used as it is said in so many words, instead of by events: one usage, or with `groups` one for each
 * group of the price.
 * @throws DurabillError of the reader
 */
export function readUsage(
  read: Reader,
  input: unknown,
  price: Price,
  at: { field: string; spans: SpanRules; share: Exact },
): Measured[] {
  const { field } = at;
  const groups = typeof input === 'object' && input !== null ? (input as { groups?: unknown }).groups : undefined;
  if (groups === undefined) return [{ ...none, usage: readOne(read, input, price, at) }];
  if (price.groupBy === undefined) read.refuse(`${field}.groups`, 'The price has no groupBy.');
  read.record(input, field, ['groups']);
  const count = price.groupBy?.length ?? 0;
  const seen = new Set<string>();
  return read.list(groups, `${field}.groups`, { least: 1, most: maxParts }).map((entry, index) => {
    const inside = `${field}.groups[${index}]`;
    const { group, ...usage } = (entry ?? {}) as Record<string, unknown>;
    const values = read
      .list(group, `${inside}.group`, { least: count, most: count })
      .map((value, place) => read.text(value, `${inside}.group[${place}]`));
    // Two lines of one group would each begin with the first tier and with what is included.
    const name = JSON.stringify(values);
    if (seen.has(name)) read.refuse(`${inside}.group`, `${name} is there twice; add up what it used.`);
    seen.add(name);
    return { ...none, group: values, usage: readOne(read, usage, price, { ...at, field: inside }) };
  });
}

const none = { eventCount: 0n, skippedCount: 0n };

/** A quantity or an amount of money; below zero only where the price says what becomes of it. */
function amountOf(read: Reader, { belowZero }: Price, input: unknown, field: string): Exact {
  if (belowZero !== 'zero') return parseDecimal(read.decimal(input, field));
  if (input === undefined) read.refuse(field, 'It is missing.');
  return parseDecimal(input as string, field);
}

function readOne(
  read: Reader,
  input: unknown,
  price: Price,
  { field, spans, share }: { field: string; spans: SpanRules; share: Exact },
): Usage {
  const { reads } = rulesOf(price.model);
  if (reads === 'nothing') read.refuse(field, `A price with the model ${price.model} is due without use.`);
  const entries = read.record(input, field, fieldsOf[reads]);
  const quantity = (name = 'quantity') => amountOf(read, price, entries[name], `${field}.${name}`);
  switch (reads) {
    case 'transactions':
      return readTransactions(read, entries, price, field);
    case 'carried':
      return { quantity: quantity(), carried: quantity('carriedAmount') };
    case 'cells':
      return readCells(read, entries['cells'], price, `${field}.cells`);
    case 'spans':
      return entries['seats'] === undefined
        ? wholeSpan(quantity(), spans, share)
        : readSeats(read, entries['seats'], price, { spans, field: `${field}.seats` });
    default:
      return { quantity: quantity() };
  }
}

function readTransactions(read: Reader, entries: Record<string, unknown>, price: Price, field: string): Usage {
  if (price.model !== 'percentage') throw new TypeError(`${price.model} reads no transactions.`);
  const { transactions } = entries;
  if (transactions === undefined) {
    const { freeTransactions, freeAmount, transactionMinimum, transactionMaximum } = price;
    if ((freeTransactions ?? freeAmount ?? transactionMinimum ?? transactionMaximum) !== undefined) {
      read.refuse(
        `${field}.transactions`,
        'What is free and what is bounded depends on each; list them in their order.',
      );
    }
    const sum = amountOf(read, price, entries['quantity'], `${field}.quantity`);
    const { transactionCount = '1' } = read.wholes(entries, field, ['transactionCount']);
    const count = BigInt(transactionCount);
    if (count === 0n && !sum.equals(zero)) {
      read.refuse(`${field}.transactionCount`, 'There is an amount, so there is one transaction at least.');
    }
    return { quantity: sum, transactions: { ...noTransactions(), count, sum, plainCount: count, plainSum: sum } };
  }
  const tally = tallyTransactions(price);
  for (const [index, amount] of read
    .list(transactions, `${field}.transactions`, { least: 0, most: maxParts })
    .entries()) {
    tally.add(amountOf(read, price, amount, `${field}.transactions[${index}]`));
  }
  return { quantity: tally.totals.sum, transactions: tally.totals };
}

function readCells(read: Reader, input: unknown, price: Price, field: string): Usage {
  if (price.model !== 'matrix') throw new TypeError(`${price.model} reads no cells.`);
  const count = price.properties.length;
  const cells = read.list(input, field, { least: 0, most: maxParts }).map((cell, index) => {
    const at = `${field}[${index}]`;
    const entries = read.record(cell, at, ['values', 'quantity']);
    const values = read
      .list(entries['values'], `${at}.values`, { least: count, most: count })
      .map((value, place) => read.text(value, `${at}.values[${place}]`));
    return { values, quantity: amountOf(read, price, entries['quantity'], `${at}.quantity`) };
  });
  return { quantity: cells.reduce((sum, cell) => sum.add(cell.quantity), ratio(0n, 1n)), cells };
}

/** The same number all the time. */
function wholeSpan(quantity: Exact, spans: SpanRules, share: Exact): Usage {
  const { startAt, endAt } = spans ?? { startAt: new Date(0), endAt: new Date(0) };
  return { quantity, spans: [{ startAt, endAt, quantity, share }] };
}

/** Each change holds until the next one; what comes before the period is where it begins. */
function readSeats(
  read: Reader,
  input: unknown,
  price: Price,
  { spans, field }: { spans: SpanRules; field: string },
): Usage {
  if (spans === undefined)
    return read.refuse(field, 'Changes need a period to fall into; name it, or give a quantity.');
  const changes = read.list(input, field, { least: 1, most: maxParts }).map((change, index) => {
    const at = `${field}[${index}]`;
    const entries = read.record(change, at, ['from', 'quantity']);
    const from = readInstant(read.text(entries['from'], `${at}.from`), `${at}.from`, 'preview-invalid');
    return { from, quantity: amountOf(read, price, entries['quantity'], `${at}.quantity`) };
  });
  const late = changes.findIndex(({ from }, index) => index > 0 && from <= (changes[index - 1]?.from ?? from));
  if (late >= 0) read.refuse(`${field}[${late}].from`, 'Changes stand in their order, each after the one before.');
  const after = changes.findIndex(({ from }) => from >= spans.endAt);
  if (after >= 0) read.refuse(`${field}[${after}].from`, 'The period has ended by then.');
  const levels = changes.map(({ from, quantity }) => ({ at: from, value: quantity }));
  const all = spansOf(levels, spans, spans);
  return { quantity: all.at(-1)?.quantity ?? ratio(0n, 1n), spans: all };
}

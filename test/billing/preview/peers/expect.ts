import assert from 'node:assert/strict';
import { type PreviewedInvoice, previewInvoice } from '../../../../src/billing/preview/preview-invoice.ts';
import { decimalText, parseDecimal, ratio, roundTo, sumOf } from '../../../../src/domain/money/exact.ts';
import { DurabillError } from '../../../../src/errors/error.ts';

/** What a peer's test, or we, expect of one request; only what is named is looked at. All amounts are in major units. */
export type Expected = {
  total?: string;
  /** Amounts of the lines, rounded; of the last line alone. */
  lines?: string[];
  lastLine?: string;
  /** The sum of the lines before rounding, as a decimal or a fraction such as "299/31"; and that of each line. */
  exact?: string;
  exacts?: string[];
  /** Amounts of the first line's steps that charge something. */
  steps?: string[];
  /** Measured and billable quantity of each line, to as many decimals as are written. */
  quantity?: string[];
  billable?: string[];
  /** Events that were read for each line. */
  events?: number[];
  period?: { startAt?: string; endAt?: string };
  share?: string;
  /** The code of the refusal; `preview` for any that names the field. */
  refused?: string;
  field?: string;
};

/** What the preview says of the request, in the form of what is expected of it. */
export function answered(request: unknown, expected: Expected): Expected {
  const preview = previewed(request, expected);
  if ('refused' in preview) return preview;
  const shown = Object.keys(expected).map((name) => [name, readings[name as keyof typeof readings](preview, expected)]);
  return Object.fromEntries(shown);
}

const readings = {
  // Peers' totals of what is given back are below zero; ours are none, and their figure is the subtotal.
  total: ({ subtotal }) => subtotal,
  lines: ({ lines }) => lines.map(({ amount }) => amount),
  lastLine: ({ lines }) => lines.at(-1)?.amount,
  exact: ({ lines }, { exact = '' }) => exactLike(sumOf(lines.map((line) => parseDecimal(line.exactAmount))), exact),
  exacts: ({ lines }) => lines.map(({ exactAmount }) => exactAmount),
  steps: ({ lines }) => lines[0]?.working.map(({ amount }) => amount).filter((amount) => amount !== '0'),
  quantity: ({ lines }, { quantity = [] }) => lines.map((line, index) => decimalsLike(line.quantity, quantity[index])),
  billable: ({ lines }, { billable = [] }) =>
    lines.map((line, index) => decimalsLike(line.billableQuantity, billable[index])),
  events: ({ lines }) => lines.map(({ eventCount }) => eventCount),
  period: ({ period }, expected) =>
    Object.fromEntries(
      Object.keys(expected.period ?? {}).map((name) => [name, period?.[name as 'startAt' | 'endAt'].toISOString()]),
    ),
  share: ({ share }) => `${share.numerator}/${share.denominator}`,
  refused: () => undefined,
  field: () => undefined,
} satisfies Record<keyof Expected, (preview: PreviewedInvoice, expected: Expected) => unknown>;

/** A fraction as it was expected if the exact amount is that fraction, cut off where the preview cuts it off. */
function exactLike(sum: ReturnType<typeof parseDecimal>, expected: string): string {
  const [numerator, denominator] = expected.split('/');
  if (denominator === undefined) return decimalText(sum);
  const cut = decimalText(ratio(BigInt(numerator as string), BigInt(denominator)));
  return decimalText(sum) === cut ? expected : decimalText(sum);
}

function decimalsLike(quantity: string, expected = ''): string {
  const decimals = expected.split('.')[1]?.length ?? 0;
  if (decimals === 0) return quantity;
  const text = decimalText(roundTo(parseDecimal(quantity), decimals, 'half_up'));
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(decimals, '0')}`;
}

type Refused = { refused: string; field?: string };

/** A refusal is an answer too; its field is told where the field is asked for. */
function previewed(request: unknown, { refused, field }: Expected): PreviewedInvoice | Refused {
  try {
    return previewInvoice(request);
  } catch (error) {
    assert.ok(error instanceof DurabillError, String(error));
    return {
      refused: refused === 'preview' && error.field !== undefined ? 'preview' : error.code,
      ...(field !== undefined && { field: error.field ?? '' }),
    };
  }
}

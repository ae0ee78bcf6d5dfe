import { exclusiveParameters, invalid, missingParameter, Refusal } from '../errors.ts';
import type { Checked } from '../schema.ts';
import {
  amount,
  beyond,
  choice,
  decimal,
  emptyable,
  expand,
  firstMetadata,
  id,
  integer,
  list,
  object,
  required,
  text,
  timestamp,
} from '../schema.ts';

const money = () => integer(0, 999_999_999_999);

const taxAmount = object({
  amount: required(amount()),
  tax_rate: required(id()),
  taxable_amount: required(amount()),
});

const line = object({
  amount: money(),
  description: text(),
  invoice_line_item: id(),
  metadata: firstMetadata(),
  quantity: integer(0, 999_999_999_999),
  tax_amounts: emptyable(list(taxAmount, 20)),
  tax_rates: beyond(),
  type: required(choice('custom_line_item', 'invoice_line_item')),
  unit_amount: money(),
  unit_amount_decimal: decimal(),
});

const linkedRefund = object({
  amount_refunded: money(),
  payment_record_refund: beyond(),
  refund: id(),
  type: beyond('refund'),
});

export const creditNoteParameters = {
  amount: money(),
  credit_amount: money(),
  effective_at: timestamp(),
  // Nothing is mailed from here, whichever is asked for.
  email_type: choice('credit_note', 'none'),
  expand: expand(),
  invoice: required(id()),
  lines: list(line),
  memo: text(5000),
  metadata: firstMetadata(),
  out_of_band_amount: money(),
  reason: choice('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory'),
  refund_amount: money(),
  refunds: list(linkedRefund),
  shipping_cost: beyond(),
};

export type CreditNoteParams = Checked<typeof creditNoteParameters>;
export type CreditNoteLineParams = NonNullable<CreditNoteParams['lines']>[number];

/** Rules between parameters that need no state. */
export function validateCreditNote(params: CreditNoteParams): void {
  if (params.amount === undefined && params.lines === undefined) {
    throw new Refusal('A credit note needs one of these parameters: amount, lines, shipping_cost.', {
      code: 'parameter_missing',
    });
  }
  if (params.amount !== undefined && params.lines !== undefined) {
    throw exclusiveParameters(['amount', 'lines'], 'amount');
  }
  for (const [index, sent] of (params.lines ?? []).entries()) validateLine(sent, `lines[${index}]`);
  for (const [index, sent] of (params.refunds ?? []).entries()) {
    if (sent.refund === undefined) throw missingParameter(`refunds[${index}][refund]`);
  }
}

type Name = keyof CreditNoteLineParams;

/** Which parameters belong to which type of line is what the SDK's typings say of each. */
function validateLine(sent: CreditNoteLineParams, path: string): void {
  const isCustom = sent.type === 'custom_line_item';
  const foreign: readonly Name[] = isCustom
    ? ['amount', 'invoice_line_item']
    : ['description', 'unit_amount', 'unit_amount_decimal'];
  const wrong = foreign.find((name) => sent[name] !== undefined);
  if (wrong !== undefined) throw invalid(`This parameter is not for a ${sent.type}.`, `${path}[${wrong}]`);
  const oneOf = (left: Name, right: Name) => {
    if (sent[left] === undefined && sent[right] === undefined) throw missingParameter(`${path}[${left}]`);
    if (sent[left] !== undefined && sent[right] !== undefined) {
      throw exclusiveParameters([left, right], `${path}[${left}]`);
    }
  };
  const needed: readonly Name[] = isCustom ? ['description', 'quantity'] : ['invoice_line_item'];
  const absent = needed.find((name) => sent[name] === undefined);
  if (absent !== undefined) throw missingParameter(`${path}[${absent}]`);
  if (isCustom) oneOf('unit_amount', 'unit_amount_decimal');
  else oneOf('amount', 'quantity');
}

import type { Business } from '../objects/wire.ts';
import type { Checked, Fields } from '../schema.ts';
import type { Transaction } from '../state.ts';

/** Bounds that differ between accounts at Stripe. */
export interface LineLimits {
  /** Lines that one add_lines call may carry; Stripe documented 50 and says that it may change. */
  readonly linesPerCall: number;
  /** Lines that one invoice may have. */
  readonly linesPerInvoice: number;
}

/** What a handler works on. It reads and writes only through `tx`, so nothing it does survives a thrown Refusal. */
export interface Call<P = unknown> {
  readonly params: P;
  /** The ids in the path, by their name in the template. */
  readonly ids: Readonly<Record<string, string>>;
  readonly tx: Transaction;
  /** What Search knows by now; some time behind `tx`, and only read. */
  readonly indexed: Transaction;
  /** Unix seconds on the simulator's clock. */
  readonly now: number;
  readonly business: Business;
  readonly limits: LineLimits;
}

/** The sort of object that an answer carries, which decides what may be expanded in it. */
export type Answers =
  | 'account'
  | 'charge'
  | 'checkout_session'
  | 'credit_note'
  | 'credit_note_line_item'
  | 'credit_note_refund'
  | 'customer'
  | 'deleted'
  | 'dispute'
  | 'event'
  | 'invoice'
  | 'invoice_item'
  | 'invoice_payment'
  | 'line_item'
  | 'payment_intent'
  | 'payment_method'
  | 'refund'
  | 'setup_intent'
  | 'webhook_endpoint';

/** Search has a limit and an expandable count of its own. */
export function isSearch(operation: string): boolean {
  return operation.endsWith('.search');
}

/** One row of the operation table. */
export interface Operation {
  /** As the SDK calls it: `invoices.addLines`. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/v1/invoices/{invoice}`; the names in braces are keys of `ids`. */
  readonly path: string;
  readonly parameters: Fields;
  readonly answers: Answers;
  readonly isList: boolean;
  /** Rules between parameters, and against the time: part of validation, so a failure is not stored under the key. */
  readonly validate: (params: unknown, context: { now: number; limits: LineLimits }) => void;
  readonly run: (call: Call) => object;
}

interface Declaration<F extends Fields> {
  name: string;
  method: Operation['method'];
  path: string;
  parameters: F;
  answers: Answers;
  isList?: boolean;
  validate?: (params: Checked<F>, context: { now: number; limits: LineLimits }) => void;
  run: (call: Call<Checked<F>>) => object;
}

/** Declares an operation; handler and validation see the checked types of exactly its own parameters. */
export function operation<F extends Fields>(declaration: Declaration<F>): Operation {
  const { validate = () => {}, run, isList = false, ...rest } = declaration;
  return {
    ...rest,
    isList,
    // The pipeline passes what `checkParameters` made from these same fields.
    validate: (params, context) => validate(params as Checked<F>, context),
    run: (call) => run(call as Call<Checked<F>>),
  };
}

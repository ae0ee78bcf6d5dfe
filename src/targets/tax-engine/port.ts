import type { TaxRateTerms } from '../../domain/tax/tax-rate.ts';

/**
 * What an engine is asked of an invoice: which taxes are on what it bills, not how much they are. So an answer holds
 * whatever usage comes late, and the amounts come about and are rounded as on every other bill.
 */
export type TaxQuestion = {
  readonly invoiceId: string;
  readonly currency: string;
  /** When the invoice is to be issued. */
  readonly dueAt: string;
  readonly customer: {
    readonly id: string;
    readonly externalId: string;
    readonly zone: string;
    readonly taxIds: readonly { type: string; value: string }[];
  };
  readonly items: readonly TaxItem[];
};

/** A price of a plan, or something that is billed without one. */
export type TaxItem = {
  readonly id: string;
  readonly plan: string | null;
  readonly price: string | null;
  readonly description: string;
};

export type TaxAnswer = {
  readonly invoiceId: string;
  readonly status: 'taxable' | 'exempt' | 'reverse_charge';
  /** Why nothing is taxed; null for who is taxable. */
  readonly reason: string | null;
  readonly rates: readonly TaxRateTerms[];
  /** Keys of the rates of each item, in order; every item of the question is there. */
  readonly items: ReadonlyMap<string, readonly string[]>;
};

/** Who says which taxes are on an invoice, in the place of the table of rates. */
export type TaxEngine = {
  /**
   * @param questions at most 100
   * @returns an answer to each
   * @throws TaxEngineError if it does not answer all of them as it should
   */
  quote(questions: readonly TaxQuestion[]): Promise<readonly TaxAnswer[]>;
};

/** Why there is no answer, in one sentence without personal data. */
export class TaxEngineError extends Error {
  override readonly name = 'TaxEngineError';
}

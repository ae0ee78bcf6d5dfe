import type { Currency } from '../../domain/money/currency.ts';
import type { RatedInvoiceLine } from '../../store/invoice-facts.ts';
import type { BillablePeriod } from '../../store/periods.ts';

/** A bill whose charges are known, before discounts, taxes and credits. */
export type BillToCompose = {
  invoiceId: string;
  customerId: string;
  currency: Currency;
  lines: readonly RatedInvoiceLine[];
  /** What it bills; none for one that is of no period. */
  periods: readonly BillablePeriod[];
  /** It waits for a person, and takes credits after those that do not. */
  isHeld?: boolean;
};

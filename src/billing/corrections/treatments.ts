import { DurabillError } from '../../errors/error.ts';
import type { CorrectableInvoice } from '../../store/corrected-invoices.ts';
import type { Content } from './content.ts';
import type { Measured } from './measure-differences.ts';
import type { CorrectedInvoice, CorrectionOutcome, Treatment } from './outcome.ts';

/** An invoice that a correction changes, and how. */
export type Corrected = {
  invoice: CorrectableInvoice;
  treatment: Treatment;
  measured: Exclude<Measured, { failure: unknown }>;
  lateMinor: bigint | null;
};

/**
 * Those of the invoices that change, each with its treatment; and those that cannot be computed, which events cannot be
 * changed with.
 * @throws DurabillError correction-not-computable, correction-invalid
 */
export function toCorrect(
  invoices: readonly CorrectableInvoice[],
  measured: ReadonlyMap<string, Measured>,
  late: ReadonlyMap<string, bigint | null>,
  content: Content,
): { corrected: Corrected[]; failures: CorrectionOutcome['failures'] } {
  const failures: CorrectionOutcome['failures'] = [];
  const chosen = new Map(content.treatments.map(({ invoiceId, treatment }) => [invoiceId, treatment]));
  const corrected = invoices.flatMap((invoice): Corrected[] => {
    const one = measured.get(invoice.id)!;
    if ('failure' in one) {
      if ('changes' in content) throw notComputable(invoice.id, one.failure);
      failures.push({ invoiceId: invoice.id, reason: one.failure.message });
      return [];
    }
    if (one.lines.length === 0) return [];
    const treatment = treatmentOf(invoice, chosen.get(invoice.id));
    return [{ invoice, treatment, measured: one, lateMinor: late.get(invoice.id) ?? null }];
  });
  const stray = content.treatments.findIndex(
    ({ invoiceId }) => !corrected.some(({ invoice }) => invoice.id === invoiceId),
  );
  if (stray === -1) return { corrected, failures };
  throw new DurabillError('correction-invalid', {
    field: `treatments[${stray}].invoiceId`,
    reason: `The correction does not change the invoice ${content.treatments[stray]!.invoiceId}.`,
    mend: 'Preview it without treatments first, and choose among the invoices that it names.',
  });
}

export function notComputable(invoiceId: string, { message, mend }: DurabillError): DurabillError {
  return new DurabillError('correction-not-computable', { reason: `Invoice ${invoiceId}: ${message}`, mend });
}

function treatmentOf({ id, lifecycle }: CorrectableInvoice, chosen: Treatment | undefined): Treatment {
  if (lifecycle === 'draft' || lifecycle === 'held') {
    if (chosen === undefined) return 'rebuilt';
    throw new DurabillError('correction-invalid', {
      field: 'treatments',
      reason: `Invoice ${id} is a draft, which is rebuilt in any case.`,
      mend: 'Choose treatments of issued invoices only.',
    });
  }
  if (lifecycle === 'issued' || chosen !== 'reissue') return chosen ?? 'next-invoice';
  throw new DurabillError('correction-invalid', {
    field: 'treatments',
    reason: `Invoice ${id} was over nothing and sent to nobody: there is nothing to void.`,
    mend: 'Its difference comes with the next invoice.',
  });
}

/** As it is shown and stored: amounts as whole numbers, which those of an invoice always fit. */
export function tellOutcome({ invoice, treatment, measured, lateMinor }: Corrected): CorrectedInvoice {
  const isBilledNext = treatment === 'next-invoice';
  const { id: invoiceId, clockId: _, usageCutAt: __, periodStartAt, periodEndAt, ...facts } = invoice;
  return {
    invoiceId,
    ...facts,
    periodStartAt: periodStartAt.toISOString(),
    periodEndAt: periodEndAt.toISOString(),
    treatment,
    billedMinor: whole(measured.billedMinor),
    adjustedMinor: whole(measured.adjustedMinor),
    afterMinor: whole(measured.afterMinor),
    differenceMinor: whole(measured.differenceMinor),
    itemMinor: isBilledNext ? whole(measured.lines.reduce((sum, { itemMinor }) => sum + itemMinor, 0n)) : null,
    lateMinor: lateMinor === null ? null : whole(lateMinor),
    lines: measured.lines.map((line) => ({
      ...line,
      group: line.group === null ? null : [...line.group],
      billedMinor: whole(line.billedMinor),
      adjustedMinor: whole(line.adjustedMinor),
      afterMinor: whole(line.afterMinor),
      differenceMinor: whole(line.differenceMinor),
      itemMinor: isBilledNext ? whole(line.itemMinor) : null,
      creditedMinor: isBilledNext ? whole(line.creditedMinor) : null,
    })),
  };
}

function whole(minor: bigint): number {
  const number = Number(minor);
  if (Number.isSafeInteger(number)) return number;
  throw new DurabillError('amount-out-of-range', { reason: `${minor} is more than a bill can be over.` });
}

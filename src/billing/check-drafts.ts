import { checkInvoice, type Findings } from '../domain/invoice/checks.ts';
import type { CheckLimits } from '../domain/invoice/limits.ts';
import type { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { InvoiceBill } from '../store/bill-parts.ts';
import { type CheckFacts, readCheckFacts } from '../store/check-facts.ts';
import type { Sql } from '../store/database.ts';
import { clearReasons, type HeldFinding, heldCode, holdDrafts, reasonOf } from '../store/held-drafts.ts';
import type { InvoiceLine } from '../store/invoice-facts.ts';

export type { CheckLimits };

/** What drafts are checked by, and who is told of those that are held. */
export type DraftChecks = {
  limits: CheckLimits;
  /** Called with the ids after the commit, so that what it reads is there. */
  onHeld(invoiceIds: readonly string[]): Promise<void>;
  /** Asks an outside engine for the taxes of drafts that are about to be issued, before anything is locked. */
  quoteTaxes?(invoiceIds: readonly string[], actor: string): Promise<void>;
};

/** Whether a draft is held already, and why. */
type Standing = Pick<CheckFacts, 'isHeld' | 'failureCode' | 'failureReason'>;

/** A stored draft as it has just been computed. */
export type ComputedDraft = {
  id: string;
  lines: readonly InvoiceLine[];
  bill: InvoiceBill;
  planCurrencies: readonly string[];
};
export type CheckedDraft = Findings & Standing;

/** Checks the drafts of a page against what is known of their customers. */
export async function checkDrafts(
  sql: Sql,
  drafts: readonly ComputedDraft[],
  limits: CheckLimits,
): Promise<Map<string, CheckedDraft>> {
  const facts = await readCheckFacts(
    sql,
    drafts.map(({ id }) => id),
  );
  return new Map(
    drafts.map(({ id, lines, bill, planCurrencies }) => {
      const { waivers, isHeld, failureCode, failureReason, ...known } = facts.get(id) as CheckFacts;
      const standing = { isHeld, failureCode, failureReason };
      const { subtotalMinor } = bill;
      const computed = {
        subtotalMinor,
        planCurrencies,
        lineCount: lines.length,
        amountsMinor: toldOfBill(lines, bill),
      };
      return [id, { ...checkInvoice({ ...computed, ...known }, limits, waivers), ...standing }] as const;
    }),
  );
}

/** Every amount that a target is told. */
function toldOfBill(lines: readonly InvoiceLine[], { lineTaxes, credits }: InvoiceBill): bigint[] {
  return [
    ...lines.map(({ amountMinor, discountMinor }) => amountMinor - discountMinor),
    ...lineTaxes.flatMap(({ taxableMinor, amountMinor }) => [taxableMinor, amountMinor]),
    ...credits.map(({ amountMinor }) => amountMinor),
  ];
}

/** That a draft cannot be computed, as what it is held for. Nobody can let it pass. */
export function findingOf({ code, message }: DurabillError): HeldFinding {
  return { code, subject: '', figure: 0n, reason: message, evidence: {} };
}

export type ToHold = Standing & { id: string; findings: readonly HeldFinding[] };

/**
 * Holds drafts with what was found, each told in its audit chain. One that is held already stays so until it is
 * released: with the same findings nothing changes, with others it is held anew, with none it says so. What a person has
 * stopped keeps that person's reason; it is checked when it has been released.
 * @returns how many were not held before
 */
export async function holdFound(sql: Sql, actor: string, drafts: readonly ToHold[]): Promise<number> {
  const ours = drafts.filter(({ isHeld, failureCode }) => !(isHeld && failureCode === heldCode));
  const found = ours.filter(
    ({ findings, isHeld, failureReason }) => findings.length > 0 && !(isHeld && reasonOf(findings) === failureReason),
  );
  await holdDrafts(sql, found);
  await clearReasons(
    sql,
    ours.filter(({ findings }) => findings.length === 0).map(({ id }) => id),
  );
  await appendAudit(
    sql,
    found.map(({ id, findings }) => ({
      subjectKind: 'invoice',
      subjectId: id,
      actor,
      action: 'held',
      detail: { code: findings[0]?.code, findings: findings.map(toldOf) },
    })),
  );
  return found.filter(({ isHeld }) => !isHeld).length;
}

/** A finding as the audit chain tells it: what and how much. */
export function toldOf({ code, subject, figure }: Pick<HeldFinding, 'code' | 'subject' | 'figure'>) {
  return { code, ...(subject !== '' && { subject }), figure: String(figure) };
}

/** What was only written down, for the entry that tells of the draft. */
export function notedIn(checked: CheckedDraft | undefined): { noted?: unknown[] } {
  return checked === undefined || checked.notes.length === 0 ? {} : { noted: checked.notes.map(toldOf) };
}

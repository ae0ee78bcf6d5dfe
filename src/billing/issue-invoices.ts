import { isOverNothing } from '../domain/invoice/bill.ts';
import type { CheckLimits } from '../domain/invoice/limits.ts';
import type { Currency } from '../domain/money/currency.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { type InvoiceBill, readBills } from '../store/bill-parts.ts';
import type { Database, Sql } from '../store/database.ts';
import { deletedFinding, findDeleted } from '../store/deleted-copies.ts';
import type { HeldFinding } from '../store/held-drafts.ts';
import { type InvoiceLine, readLines, readMachineTime, rebuildDrafts } from '../store/invoice-facts.ts';
import {
  type DueDraft,
  dueDraftIds,
  issueDrafts,
  lockDrafts,
  skipDrafts,
  voidKnownVoids,
} from '../store/invoice-issue.ts';
import { freezeParties } from '../store/invoice-parties.ts';
import { readOpenPauses } from '../store/pauses.ts';
import { periodsByInvoice } from '../store/periods.ts';
import { aggregateUsage } from '../store/usage-quantities.ts';
import { type CheckedDraft, checkDrafts, type DraftChecks, findingOf, holdFound, notedIn } from './check-drafts.ts';
import type { BegunPage } from './in-pages.ts';
import { type RatedBill, rateAndCompose } from './rate-bills.ts';
import { bookCredits, type CreditsToBook } from './terms/credits.ts';

export type Issued = { issued: number; skipped: number; held: number; rebuilt: number; noted: number };

/**
 * Issues the drafts of a clock that are due, a page in one transaction: recomputes those of periods from raw usage,
 * rebuilds them where late usage has changed them, checks them once more, and gives each its number and its frozen
 * facts. A zero invoice is skipped; one that cannot be computed any more, or in which the checks find something, is held
 * with the reason. Drafts that are held already are computed and checked too, so that they say what is found now, and
 * stay held.
 * @returns the page as it begins; its cursor is the last draft, undefined when there was none left
 */
export async function issueInvoices(
  database: Database,
  scan: { id: string; clockId: string; cutoffAt: Date },
  page: { after: string; limit: number },
  checks: DraftChecks,
): Promise<BegunPage<Issued>> {
  const ids = await dueDraftIds(database, { clockId: scan.clockId, cutoffAt: scan.cutoffAt, ...page });
  return { cursor: ids.at(-1), done: issueAndTell(database, scan, ids, checks) };
}

type Scan = { id: string; clockId: string };

async function issueAndTell(
  database: Database,
  scan: Scan,
  ids: readonly string[],
  { limits, onHeld, quoteTaxes }: DraftChecks,
): Promise<Issued> {
  await quoteTaxes?.(ids, `run ${scan.id}`);
  const { counts, held } = await database.transaction((sql) => issuePage(sql, scan, ids, limits));
  // All that are held, not only the new ones: whoever was not told of one before, since the process died, is told now.
  if (held.length > 0) await onHeld(held);
  return counts;
}

type Page = { counts: Issued; held: string[] };

async function issuePage(sql: Sql, scan: Scan, ids: readonly string[], limits: CheckLimits): Promise<Page> {
  await refuseWhilePaused(sql);
  const drafts = await withoutVoids(sql, scan, await lockDrafts(sql, ids));
  if (drafts.length === 0) return { counts: { issued: 0, skipped: 0, held: 0, rebuilt: 0, noted: 0 }, held: [] };
  const usageCutAt = await readMachineTime(sql);
  const computed = await compute(sql, drafts);
  const deleted = await findDeleted(sql, drafts);
  const checked = await checkDrafts(
    sql,
    computed.flatMap((one) => ('failure' in one ? [] : [one])),
    limits,
  );
  return await apply(
    sql,
    scan,
    computed.map((one) => judge(one, checked.get(one.id), deleted.has(one.id))),
    usageCutAt,
  );
}

/** The run waits with it: its activity is tried again until the pause is over. */
async function refuseWhilePaused(sql: Sql): Promise<void> {
  const [pause] = await readOpenPauses(sql);
  if (pause === undefined) return;
  throw new DurabillError('paused', {
    reason: `Nothing is issued since ${pause.begunAt.toISOString()}: ${pause.reason}`,
  });
}

/** After a restore Stripe may have what a draft would become as void already. */
async function withoutVoids(sql: Sql, scan: { id: string }, locked: readonly DueDraft[]): Promise<DueDraft[]> {
  const drafts = await voidKnownVoids(sql, locked);
  const voided = locked.filter((one) => !drafts.some(({ id }) => id === one.id));
  const because = { because: 'void at Stripe' };
  await appendAudit(
    sql,
    voided.map(({ id }) => ({
      subjectKind: 'invoice',
      subjectId: id,
      actor: `run ${scan.id}`,
      action: 'voided',
      detail: because,
    })),
  );
  return drafts;
}

type Computed = DueDraft &
  ({ failure: HeldFinding } | { lines: InvoiceLine[]; bill: InvoiceBill; planCurrencies: string[]; changed: boolean });

async function compute(sql: Sql, drafts: readonly DueDraft[]): Promise<Computed[]> {
  const ids = drafts.map((draft) => draft.id);
  const periods = await periodsByInvoice(sql, ids);
  const stored = await readLines(sql, ids);
  const bills = await readBills(sql, ids);
  const ofUsage = drafts.filter(({ id }) => periods.has(id));
  const rated = await rateAndCompose(
    sql,
    ofUsage.map(({ id, ...draft }) => ({ ...draft, invoiceId: id, periods: periods.get(id) ?? [] })),
    { aggregate: aggregateUsage, purpose: 'issue' },
    // Not made from usage: the charges on it are what is issued.
    drafts
      .filter(({ id }) => !periods.has(id))
      .map(({ id, ...draft }) => ({
        ...draft,
        invoiceId: id,
        currency: draft.currency as Currency,
        lines: stored.get(id) ?? [],
        periods: [],
      })),
  );
  return drafts.map((draft): Computed => {
    const now = rated.get(draft.id) as RatedBill;
    if ('failure' in now) return { ...draft, failure: findingOf(now.failure) };
    const was = contentOf(stored.get(draft.id) ?? [], bills.get(draft.id) as InvoiceBill);
    return { ...draft, ...now, changed: contentOf(now.lines, now.bill) !== was };
  });
}

type Verdict = Computed & {
  outcome: 'held' | 'issued' | 'skipped';
  findings: readonly HeldFinding[];
  checked: CheckedDraft | undefined;
};

/** Findings come before zero: usage that no price bills makes a total of nothing. */
function judge(computed: Computed, checked: CheckedDraft | undefined, isDeleted: boolean): Verdict {
  const found = 'failure' in computed ? [computed.failure] : (checked?.holds ?? []);
  const findings = isDeleted ? [...found, deletedFinding] : found;
  const isHeld = computed.isHeld || findings.length > 0;
  const isNothing = !('failure' in computed) && isOverNothing(computed.bill);
  const outcome = isHeld ? 'held' : isNothing ? 'skipped' : 'issued';
  return { ...computed, outcome, findings, checked };
}

/** What an invoice says, as text to compare: all of it but the names of its lines, which are the same plan version's. */
function contentOf(lines: readonly InvoiceLine[], bill: InvoiceBill): string {
  const { discounts, taxes, credits, ...sums } = bill;
  const content = [
    lines.map((line) => [
      line.id,
      line.priceKey,
      line.group,
      line.quantity,
      line.exactAmount,
      line.amountMinor,
      line.discountMinor,
      line.taxMinor,
      line.inclusiveTaxMinor,
      line.eventCount,
      line.skippedCount,
    ]),
    discounts.map(({ redemptionId, key, name, amountMinor }) => [redemptionId, key, name, amountMinor]),
    taxes.map((tax) => [
      tax.key,
      tax.name,
      tax.percentage,
      tax.isInclusive,
      tax.taxableMinor,
      tax.amountMinor,
      tax.reason,
    ]),
    credits.map(({ source, accountId, name, amountMinor }) => [source, accountId, name, amountMinor]),
    [sums.totalMinor, sums.taxRounding],
  ];
  return JSON.stringify(content, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

async function apply(sql: Sql, scan: Scan, verdicts: readonly Verdict[], usageCutAt: Date): Promise<Page> {
  const changed = verdicts.flatMap((one) => ('failure' in one || !one.changed ? [] : [one]));
  const idsOf = (outcome: Verdict['outcome']) => verdicts.flatMap((one) => (one.outcome === outcome ? [one.id] : []));
  const [issued, skipped, held] = [idsOf('issued'), idsOf('skipped'), idsOf('held')];
  const actor = `run ${scan.id}`;

  await auditVerdicts(sql, actor, verdicts);
  await rebuildDrafts(sql, changed, usageCutAt);
  const newlyHeld = await holdFound(
    sql,
    actor,
    verdicts.filter(({ outcome }) => outcome === 'held'),
  );
  await skipDrafts(sql, skipped);
  await freezeParties(sql, issued);
  await bookCredits(
    sql,
    verdicts.flatMap((one) => ('failure' in one || one.outcome !== 'issued' ? [] : [creditsOf(one)])),
    actor,
  );
  await issueDrafts(sql, scan.clockId, issued);
  const noted = verdicts.filter(({ checked }) => checked !== undefined && checked.notes.length > 0).length;
  const counts = { issued: issued.length, skipped: skipped.length, held: newlyHeld, rebuilt: changed.length, noted };
  return { counts, held };
}

function creditsOf({ id: invoiceId, customerId, currency, bill }: DueDraft & { bill: InvoiceBill }): CreditsToBook {
  return { invoiceId, customerId, currency, credits: bill.credits };
}

async function auditVerdicts(sql: Sql, actor: string, verdicts: readonly Verdict[]): Promise<void> {
  await appendAudit(
    sql,
    verdicts.flatMap((verdict) => {
      // What is held is told where it is held.
      if (verdict.outcome === 'held' || 'failure' in verdict) return [];
      const { id: subjectId, outcome: action, bill, changed, checked } = verdict;
      const detail = { totalMinor: String(bill.totalMinor), rebuilt: changed, ...notedIn(checked) };
      return [{ subjectKind: 'invoice', subjectId, actor, action, detail }];
    }),
  );
}

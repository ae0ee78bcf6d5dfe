import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import { type InvoiceLine, readLines, readMachineTime, rebuildDrafts } from '../store/invoice-facts.ts';
import { type DueDraft, dueDraftIds, holdDrafts, issueDrafts, lockDrafts, skipDrafts } from '../store/invoice-issue.ts';
import { readOpenPauses } from '../store/pauses.ts';
import { periodsByInvoice } from '../store/periods.ts';
import { aggregateUsage } from '../store/usage-quantities.ts';
import type { BegunPage } from './in-pages.ts';
import { type Rated, rateInvoices } from './rate-invoices.ts';

export type Issued = { issued: number; skipped: number; held: number; rebuilt: number };

type Verdict =
  | { outcome: 'held'; code: string; reason: string }
  | { outcome: 'issued' | 'skipped'; lines: InvoiceLine[]; totalMinor: bigint; changed: boolean };

/**
 * Issues the drafts of a clock that are due, a page in one transaction: recomputes those of periods from raw usage,
 * rebuilds them where late usage has changed them, and gives each its number and its frozen facts. A zero invoice is
 * skipped; one that cannot be computed any more is held with the reason.
 * @returns the page as it begins; its cursor is the last draft, undefined when there was none left
 */
export async function issueInvoices(
  database: Database,
  scan: { id: string; clockId: string; cutoffAt: Date },
  page: { after: string; limit: number },
): Promise<BegunPage<Issued>> {
  const ids = await dueDraftIds(database, { clockId: scan.clockId, cutoffAt: scan.cutoffAt, ...page });
  return { cursor: ids.at(-1), done: database.transaction((sql) => issuePage(sql, scan, ids)) };
}

async function issuePage(sql: Sql, scan: { id: string; clockId: string }, ids: readonly string[]): Promise<Issued> {
  await refuseWhilePaused(sql);
  const drafts = await lockDrafts(sql, ids);
  if (drafts.length === 0) return { issued: 0, skipped: 0, held: 0, rebuilt: 0 };
  const usageCutAt = await readMachineTime(sql);
  const verdicts = await judge(sql, drafts);
  await auditVerdicts(sql, `run ${scan.id}`, verdicts);
  return await apply(sql, scan.clockId, verdicts, usageCutAt);
}

/** The run waits with it: its activity is tried again until the pause is over. */
async function refuseWhilePaused(sql: Sql): Promise<void> {
  const [pause] = await readOpenPauses(sql);
  if (pause === undefined) return;
  throw new DurabillError('paused', {
    reason: `Nothing is issued since ${pause.begunAt.toISOString()}: ${pause.reason}`,
  });
}

async function judge(sql: Sql, drafts: readonly DueDraft[]): Promise<Map<string, Verdict>> {
  const ids = drafts.map((draft) => draft.id);
  const periods = await periodsByInvoice(sql, ids);
  const rated = await rateInvoices(
    sql,
    ids.map((invoiceId) => ({ invoiceId, periods: periods.get(invoiceId) ?? [] })),
    aggregateUsage,
  );
  const stored = await readLines(sql, ids);
  const verdicts = new Map<string, Verdict>();
  for (const { id, totalMinor } of drafts) {
    if (!periods.has(id)) {
      // Not made from usage: what stands on it is what is issued.
      const outcome = totalMinor === 0n ? 'skipped' : 'issued';
      verdicts.set(id, { outcome, lines: stored.get(id) ?? [], totalMinor, changed: false });
      continue;
    }
    const now = rated.get(id) as Rated;
    if ('failure' in now) {
      verdicts.set(id, { outcome: 'held', code: now.failure.code, reason: now.failure.message });
      continue;
    }
    const changed = contentOf(now.lines) !== contentOf(stored.get(id) ?? []);
    verdicts.set(id, { outcome: now.totalMinor === 0n ? 'skipped' : 'issued', changed, ...now });
  }
  return verdicts;
}

/** What a line says, as text to compare: all of it but its name, which is the same plan version's. */
function contentOf(lines: readonly InvoiceLine[]): string {
  return JSON.stringify(
    lines.map((line) => [
      line.id,
      line.quantity,
      line.exactAmount,
      String(line.amountMinor),
      String(line.eventCount),
      String(line.skippedCount),
    ]),
  );
}

async function apply(sql: Sql, clockId: string, verdicts: Map<string, Verdict>, usageCutAt: Date): Promise<Issued> {
  const entries = [...verdicts].map(([id, verdict]) => ({ id, ...verdict }));
  const held = entries.flatMap((e) => (e.outcome === 'held' ? [e] : []));
  const changed = entries.flatMap((e) => (e.outcome !== 'held' && e.changed ? [e] : []));
  const idsOf = (outcome: Verdict['outcome']) => entries.flatMap((e) => (e.outcome === outcome ? [e.id] : []));
  const [issued, skipped] = [idsOf('issued'), idsOf('skipped')];

  await rebuildDrafts(sql, changed, usageCutAt);
  await holdDrafts(sql, held);
  await skipDrafts(sql, skipped);
  await issueDrafts(sql, clockId, issued);
  return { issued: issued.length, skipped: skipped.length, held: held.length, rebuilt: changed.length };
}

async function auditVerdicts(sql: Sql, actor: string, verdicts: Map<string, Verdict>): Promise<void> {
  await appendAudit(
    sql,
    [...verdicts].map(([subjectId, verdict]) => ({
      subjectKind: 'invoice',
      subjectId,
      actor,
      action: verdict.outcome,
      detail:
        verdict.outcome === 'held'
          ? { code: verdict.code }
          : { totalMinor: String(verdict.totalMinor), rebuilt: verdict.changed },
    })),
  );
}

import type { CheckLimits } from '../domain/invoice/limits.ts';
import { isMonthlyRunInstant } from '../domain/period/runs.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  type InvoiceKey,
  insertDrafts,
  type KeyState,
  lockLiveInvoices,
  readKeyStates,
  readMachineTime,
  rebuildDrafts,
} from '../store/invoice-facts.ts';
import {
  type BillablePeriod,
  lockUnsettled,
  type PeriodFailure,
  parkPeriods,
  periodsByInvoice,
  periodsToBill,
  settlePeriods,
} from '../store/periods.ts';
import { aggregateRolledUsage } from '../store/rolled-quantities.ts';
import { billPending } from './bill-pending.ts';
import { type Bill, billsOf, byStart } from './bills.ts';
import { type CheckedDraft, checkDrafts, type DraftChecks, holdFound, notedIn } from './check-drafts.ts';
import { isOpen, withoutClosedStarts } from './closed-starts.ts';
import { invoiceIdOf } from './ids.ts';
import type { BegunPage } from './in-pages.ts';
import { type RatedBill, rateAndCompose } from './rate-bills.ts';

/** The review day of a draft: from the run, or from its cut-off if that is later, to the due scan that issues it. */
const reviewMs = 24 * 60 * 60 * 1_000;

export type InvoicingRun = {
  id: string;
  clockId: string;
  cutoffAt: Date;
  startedAt: Date;
  /** One of the hours leaves to the monthly run what can be billed from that one's own instant on. */
  isHourly?: boolean;
};
export type Generated = {
  generated: number;
  /** Drafts that were there and gained a period. */
  rebuilt: number;
  parkedPeriods: number;
  /** Drafts that wait for a person from now on. */
  held: number;
  /** Drafts with something that was written down and holds nothing. */
  noted: number;
};

/**
 * Bills the unsettled periods of the clock's next customers: one draft for each (customer, currency, group, period),
 * with all its lines, in one transaction. A period is settled by the first run that bills it, however many run at once.
 * A customer that cannot be billed is parked with the reason, a draft in which the checks find something is held; the
 * others go on.
 * @returns the page as it begins; its cursor is the last customer, undefined when there was none left
 */
export async function generateInvoices(
  database: Database,
  run: InvoicingRun,
  page: { after: string; limit: number },
  checks: DraftChecks,
): Promise<BegunPage<Generated>> {
  const { clockId, cutoffAt, isHourly = false } = run;
  // A test clock is taken to whatever instant something is due at, under the name of a monthly run.
  const isMonthly = !isHourly && isMonthlyRunInstant(cutoffAt);
  const periods = await periodsToBill(database, { clockId, cutoffAt, isHourly, ...page });
  const cursor = periods.at(-1)?.customerId;
  const none = { generated: 0, rebuilt: 0, parkedPeriods: 0, held: 0, noted: 0 };
  if (cursor !== undefined) return { cursor, done: billPage(database, run, periods, checks) };
  // The last page is empty. What waits for a bill of a customer without a period gets one of its own, once a month.
  const rest = !isMonthly ? Promise.resolve(0) : billPending(database, { ...run, dueAt: dueAtOf(run) });
  return { cursor, done: rest.then((generated) => ({ ...none, generated })) };
}

/** A draft has its review day, however late or slow the run is. */
function dueAtOf({ cutoffAt, startedAt }: InvoicingRun): Date {
  return new Date(Math.max(cutoffAt.getTime(), startedAt.getTime()) + reviewMs);
}

async function billPage(
  database: Database,
  run: InvoicingRun,
  periods: readonly BillablePeriod[],
  { limits, onHeld }: DraftChecks,
): Promise<Generated> {
  const { counts, held } = await database.transaction((sql) => billPeriods(sql, run, periods, limits));
  if (held.length > 0) await onHeld(held);
  return counts;
}

type Written = { counts: Generated; held: string[] };

async function billPeriods(
  sql: Sql,
  run: InvoicingRun,
  periods: readonly BillablePeriod[],
  limits: CheckLimits,
): Promise<Written> {
  const unsettled = await lockUnsettled(
    sql,
    periods.map((period) => period.id),
    run.cutoffAt,
  );
  const groups = await groupByInvoice(sql, billsOf(periods.flatMap(({ id }) => unsettled.get(id) ?? [])));
  return await writeGroups(sql, run, groups, limits);
}

/** The periods of one invoice: new ones, and those that its draft already has. */
type Group = {
  key: InvoiceKey;
  invoiceId: string;
  revision: number;
  state: KeyState;
  added: BillablePeriod[];
  all: BillablePeriod[];
};

async function groupByInvoice(sql: Sql, bills: readonly Bill[]): Promise<Group[]> {
  const keys = bills.map(({ key }) => key);
  // Locked before they are read: a scan that is issuing one of them is waited for, or waits for us.
  await lockLiveInvoices(sql, keys);
  const states = await readKeyStates(sql, keys);
  const present = await periodsByInvoice(
    sql,
    states.flatMap(({ live }) => (live === null ? [] : [live.id])),
  );
  const groups = bills.map(({ periods: added }, index) => {
    const [key, state] = [keys[index] as InvoiceKey, states[index] as KeyState];
    const revision = state.lastRevision + (state.live === null ? 1 : 0);
    const invoiceId = state.live?.id ?? invoiceIdOf(key, revision);
    const all = [...(present.get(invoiceId) ?? []), ...added].sort(byStart);
    return { key, invoiceId, revision, state, added, all };
  });
  return withoutClosedStarts(groups);
}

type Ready = Group & Extract<RatedBill, { bill: unknown }>;

async function writeGroups(
  sql: Sql,
  run: InvoicingRun,
  wanted: readonly Group[],
  limits: CheckLimits,
): Promise<Written> {
  const usageCutAt = await readMachineTime(sql);
  // A draft is computed once more from raw events before it is issued.
  const open = wanted.filter(isOpen);
  const rated = await rateAndCompose(
    sql,
    open.map(({ invoiceId, key, all }) => ({ invoiceId, ...key, periods: all })),
    { aggregate: aggregateRolledUsage, purpose: 'draft' },
  );
  const { ready, failures } = sortOut(wanted, rated);
  const fresh = ready.filter(({ state }) => state.live === null);
  const rebuilt = ready.filter(({ state }) => state.live !== null);

  const dueAt = dueAtOf(run);
  await insertDrafts(
    sql,
    fresh.map(({ key, invoiceId, revision, all, lines, bill }) => ({
      ...key,
      id: invoiceId,
      revision,
      clockId: run.clockId,
      zone: (all[0] as BillablePeriod).zone,
      runId: run.id,
      cutoffAt: run.cutoffAt,
      dueAt,
      usageCutAt,
      bill,
      lines,
    })),
  );
  await rebuildDrafts(
    sql,
    rebuilt.map(({ invoiceId, bill, lines }) => ({ id: invoiceId, bill, lines })),
    usageCutAt,
  );
  await settlePeriods(
    sql,
    ready.flatMap(({ invoiceId, added }) => added.map((period) => ({ periodId: period.id, invoiceId }))),
  );
  await parkPeriods(sql, run.id, failures);
  const checked = await checkDrafts(
    sql,
    ready.map(({ invoiceId, ...rated }) => ({ id: invoiceId, ...rated })),
    limits,
  );
  await auditDrafts(sql, run, ready, checked);
  const toHold = [...checked]
    .filter(([, { holds, isHeld }]) => holds.length > 0 || isHeld)
    .map(([id, { holds, ...standing }]) => ({ id, findings: holds, ...standing }));
  const held = await holdFound(sql, `run ${run.id}`, toHold);
  const noted = [...checked.values()].filter(({ notes }) => notes.length > 0).length;
  const counts = { generated: fresh.length, rebuilt: rebuilt.length, parkedPeriods: failures.length, held, noted };
  return { counts, held: toHold.map(({ id }) => id) };
}

function sortOut(
  groups: readonly Group[],
  rated: Map<string, RatedBill>,
): { ready: Ready[]; failures: PeriodFailure[] } {
  const ready: Ready[] = [];
  const failures: PeriodFailure[] = [];
  for (const group of groups) {
    const result = rated.get(group.invoiceId);
    if (result !== undefined && 'bill' in result) {
      ready.push({ ...group, ...result });
      continue;
    }
    const { code, reason } =
      result === undefined
        ? { code: 'period-already-invoiced', reason: `Invoice ${group.invoiceId} is ${group.state.live?.lifecycle}.` }
        : { code: result.failure.code, reason: result.failure.message };
    failures.push(...group.added.map((period) => ({ periodId: period.id, code, reason })));
  }
  return { ready, failures };
}

async function auditDrafts(
  sql: Sql,
  run: InvoicingRun,
  drafts: readonly Ready[],
  checked: Map<string, CheckedDraft>,
): Promise<void> {
  await appendAudit(
    sql,
    drafts.map(({ invoiceId, state, bill, key, lines }) => ({
      subjectKind: 'invoice',
      subjectId: invoiceId,
      actor: `run ${run.id}`,
      action: state.live === null ? 'generated' : 'rebuilt',
      detail: {
        totalMinor: String(bill.totalMinor),
        currency: key.currency,
        lines: lines.length,
        ...notedIn(checked.get(invoiceId)),
      },
    })),
  );
}

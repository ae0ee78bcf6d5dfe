import type { Sql } from '../store/database.ts';
import { readLines } from '../store/invoice-facts.ts';
import { periodsByInvoice } from '../store/periods.ts';
import { readPlanVersions } from '../store/plans.ts';
import { readProofFacts } from '../store/proof-facts.ts';
import type { EvidenceOf, EvidenceWindow } from '../store/usage-evidence.ts';
import { evidenceOf } from './gather-evidence.ts';
import { versionIn } from './version-in.ts';

/** Whose events a line is made of; undefined for a line that is not there, or made of none. */
export async function findLineEvidence(
  sql: Sql,
  invoiceId: string,
  position: number,
): Promise<{ window: EvidenceWindow; of: EvidenceOf } | undefined> {
  const facts = await readProofFacts(sql, invoiceId);
  const line = (await readLines(sql, [invoiceId])).get(invoiceId)?.find((one) => one.position === position);
  const periods = (await periodsByInvoice(sql, [invoiceId])).get(invoiceId) ?? [];
  const period = periods.find(({ id }) => id === line?.periodId);
  if (facts === undefined || line === undefined || period === undefined) return undefined;
  const version = (await readPlanVersions(sql, [period.planVersionId])).get(period.planVersionId);
  const priced = version && versionIn(version, period.currency).prices.find(({ id }) => id === line.priceId);
  const of = priced && evidenceOf(priced, line);
  return of && { window: { ...period, cutAt: facts.usageCutAt }, of };
}

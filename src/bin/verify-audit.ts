/**
 * Computes every chain of the audit log again, and every digest of them: `npm run verify-audit`, with DATABASE_URL in
 * the environment. Ends with 1 if something does not hold, and says where.
 */
import { faultInWords, holds, verifyAudit } from '../billing/verify-audit.ts';
import { openDatabase } from '../store/database.ts';

const usage = 'Usage: DATABASE_URL=postgresql://… npm run verify-audit\nNames every audit chain that does not hold.';
const url = process.env['DATABASE_URL'] ?? '';
if (process.argv.length > 2 || url === '') {
  console.error(usage);
  process.exit(2);
}
const database = openDatabase(url, { maxConnections: 1 });
try {
  const verdict = await verifyAudit(database);
  console.log(`${verdict.chains} chains of ${verdict.links} links, ${verdict.digests} daily digests.`);
  for (const { kind, id, ...fault } of verdict.faults) console.error(`${kind} ${id}: ${faultInWords(fault)}.`);
  const untold = verdict.faultyChains - verdict.faults.length;
  if (untold > 0) console.error(`And ${untold} chains more.`);
  for (const sequence of verdict.brokenDigests)
    console.error(`Digest ${sequence} is changed, or the one before it is.`);
  for (const { sequence, untilAt } of verdict.differingDigests) {
    console.error(`Digest ${sequence}: what was told before ${untilAt.toISOString()} is not what it was then.`);
  }
  console.log(holds(verdict) ? 'All of it holds.' : 'It does not hold.');
  process.exitCode = holds(verdict) ? 0 : 1;
} finally {
  await database.close();
}

import { log } from '@temporalio/activity';
import { digestAudit } from '../src/billing/digest-audit.ts';
import type { Database } from '../src/store/database.ts';
import { readMachineTime } from '../src/store/invoice-facts.ts';
import { whileHeartbeating } from './heartbeats.ts';

export function createAuditActivities({ database }: { database: Database }) {
  return {
    /** By the database's clock, which the instants of the links are from. */
    async digestAudit() {
      const taken = await whileHeartbeating(async () => await digestAudit(database, await readMachineTime(database)));
      if (taken.previousHolds === false)
        log.error('audit chains are not what their last digest says', { ...told(taken) });
      return told(taken);
    },
  };
}

const told = ({ untilAt, chains, links, previousHolds }: Awaited<ReturnType<typeof digestAudit>>) => ({
  untilAt: untilAt.toISOString(),
  chains: Number(chains),
  links: Number(links),
  previousHolds,
});

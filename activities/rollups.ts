import { Context } from '@temporalio/activity';
import { countSourcesOfUsage } from '../src/billing/count-sources.ts';
import { rollUpUsage } from '../src/billing/roll-up-usage.ts';
import { crashPoint } from '../src/crash-points.ts';
import type { Database } from '../src/store/database.ts';
import { whileHeartbeating } from './heartbeats.ts';

export function createRollupActivities({ database }: { database: Database }) {
  return {
    /** Where it stands is in PostgreSQL with what it did, so a retry needs nothing from a heartbeat. */
    async rollUpUsage() {
      const { cancellationSignal } = Context.current();
      const { events, isCaughtUp } = await whileHeartbeating(async () => {
        const rolledUp = await rollUpUsage(database, {
          afterStep() {
            crashPoint('usage.rolled-up');
            cancellationSignal.throwIfAborted();
          },
        });
        await countSourcesOfUsage(database);
        return rolledUp;
      });
      return { events: Number(events), isCaughtUp };
    },
  };
}

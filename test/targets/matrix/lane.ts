import { requestVoid } from '../../../src/billing/void-invoice.ts';
import type { Database } from '../../../src/store/database.ts';
import type { FaultRule } from '../../../src/stripe-simulator/faults.ts';
import { type Simulator, startSimulator } from '../../../src/stripe-simulator/index.ts';
import { TargetError } from '../../../src/targets/port.ts';
import { clientOf, control, setFaults } from '../../stripe-simulator/support.ts';
import { failureOf } from '../outcomes.ts';
import { bringOnce, issueInvoice, usd } from '../support.ts';
import { type Call, nameOf, type Way } from './cells.ts';
import { type Differences, type Expected, heldAgainst } from './held-against.ts';

/** An answer that never comes is given up after this; one that is only slow on a busy machine may be, too. */
const impatientMs = 400;
/** More than any cell can fail: four times by lot, and twice for what provokes it. */
const mostAttempts = 12;

/** A Stripe of its own, so that the faults of one cell at a time are in force there. */
export async function openLane(database: Database) {
  const simulator = await startSimulator({ journalLimit: 1_000_000 });
  const expected: Expected[] = [];
  return {
    /** Brings one invoice to Stripe through the fault. @returns a sentence if it does not get there, or met no fault */
    async cross(call: Call, fault: FaultRule, way: Way): Promise<string | undefined> {
      const name = `${call.name}: ${nameOf(fault)} ${way.name}`;
      const invoice = await issueInvoice(database, { amountsMinor: usd(call.lines) });
      expected.push({ ...invoice, lines: call.lines, ends: call.ends ?? 'open', name });
      await prepare(database, simulator, call, invoice);
      const rules = way.rules(fault, call.nth).map((rule) => ({ ...rule, operation: call.operation }));
      await setFaults(simulator, ...(call.provokedBy === undefined ? [] : [call.provokedBy]), ...rules);
      const ends = call.wish === 'void' ? 'void' : 'synced';
      const ended = await attempts(database, simulator, invoice, { ends, ages: way.ages === true });
      const met = await appliedOf(simulator);
      await control(simulator, 'DELETE', '/faults');
      if (ended !== undefined) return `${name}: ${ended}`;
      return met.every((times) => times > 0) || way.byLot ? undefined : `${name}: no request has met it`;
    },
    /** @param plant changes what is expected, to see whether a difference is seen */
    verify: (plant = (planted: Expected): Expected => planted): Promise<Differences> =>
      heldAgainst(database, simulator, expected.map(plant)),
    close: () => simulator.stop(),
  };
}

export type Lane = Awaited<ReturnType<typeof openLane>>;

/** Brings the invoice to where the call of the cell is next. */
async function prepare(
  database: Database,
  simulator: Simulator,
  { first, wish }: Call,
  invoice: { id: string; customerId: string },
): Promise<void> {
  if (first !== undefined) {
    if (first !== 'calm') await setFaults(simulator, first);
    const attempt = bringOnce(database, { stripe: clientOf(simulator), secretKey: simulator.key }, invoice.id);
    await (first === 'calm' ? attempt : failureOf(attempt));
    await control(simulator, 'DELETE', '/faults');
  }
  if (wish === 'void') await requestVoid(database, { invoiceId: invoice.id, reason: 'billed by mistake' }, 'ada');
  if (wish !== 'other contact') return;
  await database.query(
    `UPDATE customer_contacts SET name = 'Grey Heron Air', updated_at = now() + interval '1 second'
     WHERE customer_id = $1`,
    [invoice.customerId],
  );
}

/** As Temporal and, where that is not enough, a person would: again, until the invoice is there. */
async function attempts(
  database: Database,
  simulator: Simulator,
  invoice: { id: string; customerId: string },
  { ends, ages }: { ends: 'synced' | 'void'; ages: boolean },
): Promise<string | undefined> {
  const stripe = clientOf(simulator, simulator.key, impatientMs);
  let last = '';
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    try {
      const outcome = await bringOnce(database, { stripe, secretKey: simulator.key }, invoice.id);
      return outcome.state === ends ? undefined : `it ended as ${JSON.stringify(outcome)}`;
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      last = error.message;
      if (ages && attempt === 1) await letADayPass(database, simulator, invoice);
    }
  }
  return `it is not there after ${mostAttempts} attempts: ${last}`;
}

/** At Stripe, which forgets its keys, and in what we remember of this invoice's requests. */
async function letADayPass(database: Database, simulator: Simulator, invoice: { id: string; customerId: string }) {
  await control(simulator, 'POST', '/clock', { advanceSeconds: 25 * 3_600 });
  await database.query(
    `UPDATE stored_requests SET first_sent_at = first_sent_at - interval '25 hours' WHERE subject_id = ANY ($1)`,
    [[invoice.id, invoice.customerId]],
  );
}

async function appliedOf(simulator: Simulator): Promise<number[]> {
  const { rules } = await control<{ rules: { applied: number }[] }>(simulator, 'GET', '/faults');
  return rules.map(({ applied }) => applied);
}

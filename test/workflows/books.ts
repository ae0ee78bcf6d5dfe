import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../activities/index.ts';
import { failureTypes } from '../../workflows/contract/failure-types.ts';

type Step = () => void | Promise<void>;

/**
 * Books of invoices in memory, as far as syncInvoice asks them, with the rules of PostgreSQL: a decision counts once, an
 * answer has to name the parking that is on. What Stripe does at each try of an invoice is written down before.
 */
export function createBooks() {
  const script = new Map<string, Step[]>();
  const parkings = new Map<string, { parkingNumber: number; code: string; reason: string; isParked: boolean }>();
  const decisions = new Set<string>();
  const withoutSlot = new Set<string>();
  const losesAnswer = new Set<string>();
  const calls: { activity: string; invoiceId: string; nextRetryAt?: string }[] = [];
  const stale = (reason: string) => ApplicationFailure.nonRetryable(reason, failureTypes.staleAnswer);

  const activities: Pick<Activities, 'bringToStripe' | 'parkInvoice' | 'answerParking' | 'backOff'> = {
    async bringToStripe({ invoiceId }) {
      calls.push({ activity: 'bringToStripe', invoiceId });
      const parking = parkings.get(invoiceId);
      if (parking?.isParked) return { state: 'parked', ...parking };
      if (withoutSlot.delete(invoiceId)) return { state: 'no slot' };
      await script.get(invoiceId)?.shift()?.();
      return { state: 'synced' };
    },
    async parkInvoice({ invoiceId, code, reason }) {
      calls.push({ activity: 'parkInvoice', invoiceId });
      if (parkings.get(invoiceId)?.isParked) return;
      const parkingNumber = (parkings.get(invoiceId)?.parkingNumber ?? 0) + 1;
      parkings.set(invoiceId, { parkingNumber, code, reason, isParked: true });
    },
    async backOff({ invoiceId, nextRetryAt }) {
      calls.push({ activity: 'backOff', invoiceId, nextRetryAt });
    },
    async answerParking({ invoiceId, kind, decisionId, parkingNumber, actor, reason }) {
      calls.push({ activity: 'answerParking', invoiceId });
      if (decisions.has(decisionId)) return 'already accepted';
      const parking = parkings.get(invoiceId);
      if (kind === 'hold') {
        decisions.add(decisionId);
        const number = (parking?.parkingNumber ?? 0) + 1;
        const held = { parkingNumber: number, code: 'held', reason: `Held by ${actor}: ${reason}`, isParked: true };
        parkings.set(invoiceId, held);
        return 'accepted';
      }
      if (!parking?.isParked || parking.parkingNumber !== parkingNumber) throw stale('not parked under this number');
      decisions.add(decisionId);
      parking.isParked = false;
      if (losesAnswer.delete(invoiceId)) {
        throw ApplicationFailure.create({ message: 'the connection broke after the commit', nextRetryDelay: 1 });
      }
      return 'accepted';
    },
  };

  return {
    activities,
    /** What Stripe does at the next tries of an invoice; after them it takes it. */
    atStripe: (invoiceId: string, ...steps: Step[]) => void script.set(invoiceId, steps),
    /** The next try finds every slot taken. */
    withoutSlot: (invoiceId: string) => void withoutSlot.add(invoiceId),
    /** The next decision is stored, and the activity dies before it can tell. */
    loseAnswer: (invoiceId: string) => void losesAnswer.add(invoiceId),
    callsOf: (invoiceId: string) => calls.filter((call) => call.invoiceId === invoiceId),
    activitiesOf: (invoiceId: string) =>
      calls.filter((call) => call.invoiceId === invoiceId).map(({ activity }) => activity),
  };
}

/** Failures as the activity tells them. */
export const failures = {
  /** Within the activity's own tries; the next one comes at once, not after the seconds of production. */
  passing(): never {
    throw ApplicationFailure.create({
      message: 'busy',
      type: 'rate_limit',
      details: ['rate_limit'],
      nextRetryDelay: 1,
    });
  },
  /** As after the last of the activity's own tries. */
  lasting(): never {
    throw ApplicationFailure.nonRetryable('No answer from Stripe', 'connection', 'connection');
  },
  needsPerson(): never {
    throw ApplicationFailure.nonRetryable('The key is not accepted', failureTypes.needsPerson, 'authentication');
  },
};

import { pages } from './activities.ts';

export type RollUpResult = { events: number; isCaughtUp: boolean };

/**
 * Brings the hourly rollups of usage up to date. Its Schedule starts it every minute, unless one is still at work; what
 * a long one leaves is for the next. It belongs to no clock: usage is stored as it comes.
 */
export async function rollUpUsage(): Promise<RollUpResult> {
  return await pages.rollUpUsage();
}

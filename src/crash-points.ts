import { writeSync } from 'node:fs';

/**
 * The places where a process may be killed to learn whether the next one goes on correctly: between a commit and the
 * effect that follows it. In production nothing is armed and a point costs one comparison.
 *
 * DURABILL_CRASH_AT=bridge.slots-claimed:3 kills the process by SIGKILL when it passes that point for the third time;
 * of several points, separated by commas, the one that is reached first.
 */
export const crashPoints = [
  'api.events-stored',
  'api.customer-stored',
  'api.run-started',
  'run.opened',
  'run.periods-extended',
  'run.drafts-written',
  'run.invoices-issued',
  'run.messages-confirmed',
  'run.messages-marked',
  'run.dunning-planned',
  'run.dunning-done',
  'run.finished',
  'clock.moved',
  'bridge.slots-claimed',
  'bridge.sync-signalled',
  'customer.mapped',
  'sync.attempt-begun',
  'sync.request-stored',
  'sync.stripe-answered',
  'sync.answer-stored',
  'sync.failure-stored',
  'sync.completed',
  'sync.backed-off',
  'sync.parked',
  'sync.decision-stored',
  'mail.claimed',
  'mail.answered',
  'mail.settled',
  'webhook.claimed',
  'webhook.answered',
  'webhook.settled',
  'usage.rolled-up',
  'retention.proof-recorded',
  'retention.month-removed',
  'events.page-swept',
  'events.looked',
] as const;

export type CrashPoint = (typeof crashPoints)[number];

/** Passes that are left until the process ends, by point; undefined where nothing is armed. */
const armed = readArmed(process.env['DURABILL_CRASH_AT']);

function readArmed(setting: string | undefined): Map<string, number> | undefined {
  if (setting === undefined || setting === '') return undefined;
  return new Map(setting.split(',').map(readArm));
}

function readArm(arm: string): [point: string, passesLeft: number] {
  const [point = '', nth = '1', ...rest] = arm.split(':');
  if (!(crashPoints as readonly string[]).includes(point) || !/^[1-9]\d{0,8}$/.test(nth) || rest.length > 0) {
    throw new Error(`DURABILL_CRASH_AT names no crash point: "${arm}". There are: ${crashPoints.join(', ')}.`);
  }
  return [point, Number(nth)];
}

/**
 * Passes a point; where it is armed the process ends here, as by a power cut: no handler runs, nothing is flushed. Only
 * the point's name is left in the log, so that whoever armed several knows which it was.
 */
export function crashPoint(point: CrashPoint): void {
  const passesLeft = armed?.get(point);
  if (armed === undefined || passesLeft === undefined) return;
  armed.set(point, passesLeft - 1);
  if (passesLeft > 1) return;
  const { pid } = process;
  writeSync(2, `${JSON.stringify({ pid, msg: 'killed at a crash point', crashPoint: point })}\n`);
  process.kill(pid, 'SIGKILL');
}

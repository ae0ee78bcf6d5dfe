/**
 * The places where a process may be killed to learn whether the next one goes on correctly: between a commit and the
 * effect that follows it. In production nothing is armed and a point costs one comparison.
 *
 * DURABILL_CRASH_AT=bridge.slot-claimed:3 kills the process by SIGKILL when it passes that point for the third time.
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
  'run.finished',
  'clock.moved',
  'bridge.slots-claimed',
  'bridge.sync-signalled',
  'sync.attempt-begun',
  'sync.request-stored',
  'sync.stripe-answered',
  'sync.answer-stored',
  'sync.completed',
  'sync.backed-off',
  'sync.parked',
  'sync.decision-stored',
  'customer.mapped',
  'usage.rolled-up',
] as const;

export type CrashPoint = (typeof crashPoints)[number];

type Armed = { point: string; passesLeft: number };

let armed: Armed | undefined = readArmed(process.env['DURABILL_CRASH_AT']);

function readArmed(setting: string | undefined): Armed | undefined {
  if (setting === undefined || setting === '') return undefined;
  const [point = '', nth = '1'] = setting.split(':');
  if (!(crashPoints as readonly string[]).includes(point) || !/^[1-9]\d{0,8}$/.test(nth)) {
    throw new Error(`DURABILL_CRASH_AT names no crash point: "${setting}". There are: ${crashPoints.join(', ')}.`);
  }
  return { point, passesLeft: Number(nth) };
}

/** Passes a point; where it is armed the process ends here, as by a power cut: no handler runs, nothing is flushed. */
export function crashPoint(point: CrashPoint): void {
  if (armed === undefined || armed.point !== point) return;
  armed.passesLeft -= 1;
  if (armed.passesLeft > 0) return;
  armed = undefined;
  process.kill(process.pid, 'SIGKILL');
}

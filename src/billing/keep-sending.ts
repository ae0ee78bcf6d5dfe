import { setTimeout as sleep } from 'node:timers/promises';
import { giveUpClaims } from '../store/messages.ts';
import { type MailDependencies, type MailOutcome, sendMail } from './send-mail.ts';

/** Mails that one process hands over at once. */
const lanes = 4;
/** Between two looks when nothing was due; mail is not in a hurry of seconds. */
const pauseMs = 2_000;
/** After a failure of the books, which say by themselves when they are back. */
const pauseAfterFailureMs = 10_000;
/** Far beyond what handing one mail over may take (src/notify/smtp-mailer.ts). */
export const claimLimitMs = 10 * 60_000;

export type Sending = {
  /** Takes no further mail, and resolves when those that are under way have been told. */
  stop(): Promise<void>;
};

export type SendingHooks = {
  onMail(outcome: MailOutcome): void;
  /** Claims of processes that have ended. */
  onLost(count: number): void;
  onFailure(error: unknown): void;
};

/** Sends what is due for as long as the process lives: a few at once, and looks now and then for more. */
export function keepSending(dependencies: MailDependencies, hooks: SendingHooks): Sending {
  const ending = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: ending.signal }).catch(() => undefined);

  const sendAll = async () => {
    while (!ending.signal.aborted) {
      const outcome = await sendMail(dependencies);
      if (outcome === undefined) return;
      hooks.onMail(outcome);
    }
  };
  const loop = async () => {
    while (!ending.signal.aborted) {
      try {
        const lost = await giveUpClaims(dependencies.database, claimLimitMs);
        if (lost > 0) hooks.onLost(lost);
        const ends = await Promise.allSettled(Array.from({ length: lanes }, sendAll));
        for (const end of ends) if (end.status === 'rejected') throw end.reason;
        await pause(pauseMs);
      } catch (error) {
        hooks.onFailure(error);
        await pause(pauseAfterFailureMs);
      }
    }
  };
  const running = loop();
  return {
    async stop() {
      ending.abort();
      await running;
    },
  };
}

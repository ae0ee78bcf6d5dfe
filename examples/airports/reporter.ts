import type { Work } from './work.ts';

/** Where the demonstration tells how far it is: a terminal, a log, or nobody. */
export type Reporter = {
  /** A stage begins; the one before, if any, has ended. */
  stage(name: string): void;
  /** How far a counter is, and how far it will go where that is known. Counters only grow, over all stages. */
  progress(counter: string, done: number, total?: number): void;
  /** A counter has come to its end: how much was done this time, and how long that took. */
  finished(counter: string, work: Work): void;
  /** What is worth saying about the stage at hand. */
  note(text: string): void;
  /** The last stage has ended, well or not; nothing is told any more. Called by whoever made the reporter. */
  done(): void;
};

export const silent: Reporter = { stage() {}, progress() {}, finished() {}, note() {}, done() {} };

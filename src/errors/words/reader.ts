/**
 * What a customer asks of anything that a page shows, answered in a sentence or two each: plain, kind and precise, without
 * words of the trade, without blame, and never with the real reason for which a card was declined.
 */
export type CustomerWords = {
  /** What happened. */
  readonly happened: string;
  /** What it means for the bill. */
  readonly meansForBill: string;
  /** What is being done, and by whom. */
  readonly beingDone: string;
  /** What the customer can do. */
  readonly youCan: string;
};

/** How a state looks at a glance: `good` is settled well, `waiting` goes on by itself, `attention` and `bad` want somebody. */
export type Tone = 'neutral' | 'good' | 'waiting' | 'attention' | 'bad';

/** A state in the words of each reader. */
export type StateWords = {
  /** One to four words, for a badge. */
  readonly label: string;
  readonly tone: Tone;
  /** What it is in the system's own terms. */
  readonly engineer: string;
  /** The operator's next step; "Nothing" with the reason where there is none. */
  readonly operator: string;
  /** Null where no customer can ever meet it. */
  readonly customer: CustomerWords | null;
};

/** States by their name. */
export type SubjectWords = Readonly<Record<string, StateWords>>;

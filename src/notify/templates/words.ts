/** What a mail is about. */
export const mailKinds = ['invoice-sent', 'reminder', 'payment-failed', 'final-notice', 'payment-received'] as const;
export type MailKind = (typeof mailKinds)[number];

/** What a sentence may name; all of it is text that is ready to be read. */
export type Facts = {
  name: string;
  number: string;
  /** What is still to be paid, or what was. */
  amount: string;
  dueOn: string;
  /** Which reminder it is. */
  ordinal: number;
  seller: string;
};

/** The words of one language. A mail is a greeting, paragraphs, a button where there is something to pay, and an end. */
export type Words = {
  subject: Record<MailKind, (facts: Facts) => string>;
  paragraphs: Record<MailKind, (facts: Facts) => string[]>;
  greeting: (facts: Facts) => string;
  button: { pay: string; see: string };
  /** Of the lines that repeat what it is about. */
  labels: { number: string; open: string; paid: string; dueOn: string };
  end: (facts: Facts) => string;
};

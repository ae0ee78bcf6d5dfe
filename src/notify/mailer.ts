/** A mail as it is handed over. What it says is made from the books at that moment and kept nowhere. */
export type Mail = {
  /** Without the angle brackets; the same one again for a mail that is sent again. */
  messageId: string;
  to: { name: string; address: string };
  /** Who else gets it, and is seen to. */
  cc?: { name: string; address: string }[];
  subject: string;
  text: string;
  html: string;
  /** BCP 47. */
  language: string;
};

/**
 * What came of handing a mail over. `reason` is a code (of SMTP, or of the connection), never the server's sentence:
 * that may name the address.
 */
export type Delivery =
  | { outcome: 'sent' }
  /** The server has not taken it, and may later. */
  | { outcome: 'later'; reason: string }
  /** It is never taken like this. */
  | { outcome: 'refused'; reason: string }
  /** The connection broke after the text had begun to be handed over: nobody here can know. */
  | { outcome: 'unknown'; reason: string };

/** Hands mails to whoever delivers them. It answers what came of it, and does not throw for what a server may do. */
export interface Mailer {
  send(mail: Mail): Promise<Delivery>;
}

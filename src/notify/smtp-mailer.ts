import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Delivery, Mail, Mailer } from './mailer.ts';

/** All phases together stay far below the time after which a claim counts as abandoned. */
export const smtpLimitsMs = { connect: 15_000, greeting: 15_000, silence: 60_000 };

/** A sender as MAIL_FROM names it: `Acme Billing <billing@acme.example>`, or the address alone. */
export type Sender = { name: string; address: string };

export type SmtpOptions = { url: string; from: Sender; limitsMs?: typeof smtpLimitsMs };

/**
 * Hands mails to a server by SMTP (smtp:// or smtps://, user and password in the address), each over a connection of its
 * own. Whether a mail that failed may be tried again is read off how far it came: until its text begins to be handed
 * over nothing was sent; after that only the server's own answer says what became of it.
 */
export function createSmtpMailer({ url, from, limitsMs = smtpLimitsMs }: SmtpOptions): Mailer {
  const { auth, ...options } = parseConnectionUrl(url);
  const settings = {
    ...options,
    connectionTimeout: limitsMs.connect,
    greetingTimeout: limitsMs.greeting,
    socketTimeout: limitsMs.silence,
  };
  return {
    async send(mail) {
      const source = await composed(mail, from);
      let hasBegun = false;
      const text = new Readable({
        read() {
          hasBegun = true;
          this.push(source);
          this.push(null);
        },
      });
      const connection = new SMTPConnection(settings as ConstructorParameters<typeof SMTPConnection>[0]);
      try {
        await opened(connection);
        if (auth?.user !== undefined) await signedIn(connection, auth);
        const recipients = [mail.to, ...(mail.cc ?? [])].map(({ address }) => address);
        await handedOver(connection, { from: from.address, to: recipients, size: source.length }, text);
        return { outcome: 'sent' };
      } catch (error) {
        return outcomeOf(error as SmtpError, hasBegun);
      } finally {
        connection.close();
      }
    },
  };
}

async function composed(mail: Mail, from: Sender): Promise<Buffer> {
  const composer = new MailComposer({
    from,
    to: mail.to,
    ...(mail.cc !== undefined && mail.cc.length > 0 && { cc: mail.cc }),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: `<${mail.messageId}>`,
    // Not answered by machines, nor counted as a conversation (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': mail.language },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return await composer.compile().build();
}

type SmtpError = Error & { code?: string; originalCode?: string; responseCode?: number; response?: string };

/** The greeting and the way to it; a connection that breaks says so by an event, whatever is under way. */
function opened(connection: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    // Stays for as long as the connection: whoever waits hears of it by a callback too.
    connection.on('error', reject);
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
}

function signedIn(connection: SMTPConnection, auth: { user?: string; pass?: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.login(auth, (error) => (error ? reject(error) : resolve()));
  });
}

type Envelope = { from: string; to: string[]; size: number };

function handedOver(connection: SMTPConnection, envelope: Envelope, text: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.send(envelope, text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Codes of ours for a recipient or sender that no server was asked for, since it is no address. */
const isMalformed = ({ code }: SmtpError) => code === 'EENVELOPE' || code === 'EMESSAGE';

function outcomeOf(error: SmtpError, hasBegun: boolean): Exclude<Delivery, { outcome: 'sent' }> {
  const reason = reasonOf(error);
  const { responseCode } = error;
  // A password that is refused is the operator's to mend; the mail itself is as good as before.
  if (error.code === 'EAUTH') return { outcome: 'later', reason };
  if (responseCode !== undefined && responseCode >= 500) return { outcome: 'refused', reason };
  if (responseCode !== undefined && responseCode >= 400) return { outcome: 'later', reason };
  if (hasBegun) return { outcome: 'unknown', reason };
  return { outcome: isMalformed(error) ? 'refused' : 'later', reason };
}

/** `550 5.1.1`, or `ECONNREFUSED`: never the sentence beside it. */
function reasonOf({ response = '', code, originalCode }: SmtpError): string {
  const coded = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3}))?/.exec(response);
  if (coded !== null) return [coded[1], coded[2]].filter((part) => part !== undefined).join(' ');
  return originalCode ?? code ?? 'unknown failure';
}

import { randomUUID } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { simpleParser } from 'mailparser';

/** A mail as it was taken, with what a reader wants of it. */
export type KeptMail = {
  id: string;
  receivedAt: string;
  /** Of the envelope: who gets it, whatever its text says. */
  from: string;
  to: string[];
  messageId: string | null;
  subject: string;
  text: string;
  html: string | null;
  headers: Record<string, string>;
  /** As it came over the wire. */
  raw: string;
};

type Stored = { id: string; receivedAt: string; from: string; to: string[]; raw: string };

/** More than a person looks at; the oldest go first. */
const mostKept = 10_000;

/** The mails that were taken, the oldest first. */
export class Inbox {
  readonly #mails: KeptMail[] = [];
  readonly #file: string | undefined;

  private constructor(file: string | undefined) {
    this.#file = file;
  }

  /** Takes up what the file has. A last line that a kill cut short was never answered, and is left out. */
  static async open(file: string | undefined): Promise<Inbox> {
    const inbox = new Inbox(file);
    const lines = file === undefined ? [] : (await readIfThere(file)).split('\n').filter((line) => line !== '');
    for (const [index, line] of lines.entries()) {
      const stored = parseLine(line, index === lines.length - 1);
      if (stored !== undefined) inbox.#keep(await read(stored));
    }
    return inbox;
  }

  /** Resolves when it is kept. */
  async take(envelope: { from: string; to: string[] }, raw: Buffer): Promise<KeptMail> {
    const stored = { id: randomUUID(), receivedAt: new Date().toISOString(), ...envelope, raw: raw.toString('latin1') };
    const mail = await read(stored);
    if (this.#file !== undefined) await appendFile(this.#file, `${JSON.stringify(stored)}\n`);
    this.#keep(mail);
    return mail;
  }

  /** The latest first; those to one address where it is named. */
  list(to?: string): KeptMail[] {
    const wanted = to?.toLowerCase();
    const found = this.#mails.filter(
      (mail) => wanted === undefined || mail.to.some((one) => one.toLowerCase() === wanted),
    );
    return found.reverse();
  }

  find(id: string): KeptMail | undefined {
    return this.#mails.find((mail) => mail.id === id);
  }

  #keep(mail: KeptMail): void {
    this.#mails.push(mail);
    if (this.#mails.length > mostKept) this.#mails.shift();
  }
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return '';
  }
}

function parseLine(line: string, isLast: boolean): Stored | undefined {
  try {
    return JSON.parse(line) as Stored;
  } catch (error) {
    if (!isLast) throw error;
    return undefined;
  }
}

async function read(stored: Stored): Promise<KeptMail> {
  const parsed = await simpleParser(Buffer.from(stored.raw, 'latin1'), { skipImageLinks: true, skipTextToHtml: true });
  const headers = Object.fromEntries(
    parsed.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()]),
  );
  return {
    ...stored,
    messageId: parsed.messageId ?? null,
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html || null,
    headers,
  };
}

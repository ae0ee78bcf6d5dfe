import type { AddressInfo } from 'node:net';
import { Faults } from './faults.ts';
import { createPages } from './http.ts';
import { Inbox } from './inbox.ts';
import { createSmtp } from './smtp.ts';

/**
 * A mail server that delivers nothing: it takes every mail by SMTP, keeps it, and shows it as a page and by an HTTP API. For
 * development and tests. Owns: the SMTP dialogue, faults on demand, the inbox. Does not own: anything of Durabill; it imports
 * nothing of it. Invariant: what was answered with 250 is in the inbox, and in its file where it has one.
 */
export interface MailCatcherOptions {
  /** 0 (the default) takes any free port. */
  smtpPort?: number;
  httpPort?: number;
  host?: string;
  /** Append-only file that keeps the mails over a restart; without it they are gone at stop. */
  file?: string;
}

export interface MailCatcher {
  /** `smtp://host:port` */
  readonly smtpUrl: string;
  /** `http://host:port`: the page at /, the API at /api/messages. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a mail catcher and resolves once it listens. Rejects when a port is taken or its file is damaged. */
export async function startMailCatcher(options: MailCatcherOptions = {}): Promise<MailCatcher> {
  const { host = '127.0.0.1', smtpPort = 0, httpPort = 0 } = options;
  const inbox = await Inbox.open(options.file);
  const faults = new Faults();
  const smtp = createSmtp(inbox, faults);
  const pages = createPages(inbox, faults);
  await Promise.all([listening(smtp, smtpPort, host), listening(pages, httpPort, host)]);
  const portOf = (address: unknown) => (address as AddressInfo).port;
  return {
    smtpUrl: `smtp://${host}:${portOf(smtp.server.address())}`,
    url: `http://${host}:${portOf(pages.address())}`,
    async stop() {
      pages.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => smtp.close(() => resolve())),
        new Promise<void>((resolve) => pages.close(() => resolve())),
      ]);
    },
  };
}

type Listener = {
  listen(port: number, host: string, done: () => void): unknown;
  once(event: 'error', hear: (error: Error) => void): unknown;
  removeListener(event: 'error', hear: (error: Error) => void): unknown;
};

function listening(server: Listener, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

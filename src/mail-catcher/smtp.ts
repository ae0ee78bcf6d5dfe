import { SMTPServer } from 'smtp-server';
import type { Faults } from './faults.ts';
import type { Inbox } from './inbox.ts';

/** Larger than any invoice. */
const mostBytes = 10 * 1024 * 1024;

/** Takes every mail from everybody, signed in or not. */
export function createSmtp(inbox: Inbox, faults: Faults): SMTPServer {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    size: mostBytes,
    onAuth: ({ username }, _session, done) => done(null, { user: username ?? '' }),
    onRcptTo({ address }, _session, done) {
      const fault = faults.take(address, 'recipient-busy', 'recipient-unknown');
      if (fault === 'recipient-busy') return done(answer(451, `4.2.1 <${address}> is busy, try again later`));
      if (fault === 'recipient-unknown') return done(answer(550, `5.1.1 <${address}>: there is no such user here`));
      return done();
    },
    onData(stream, session, done) {
      const to = session.envelope.rcptTo.map(({ address }) => address);
      const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
      const fault = faults.take(to[0] ?? '', 'refused', 'lost-answer', 'cut-off');
      const cut = () => cutOff(server, session.id);
      if (fault === 'cut-off') return void stream.once('data', cut);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(answer(552, '5.3.4 the mail is too large'));
        if (fault === 'refused') return done(answer(554, '5.7.1 the mail is not wanted'));
        inbox.take({ from, to }, Buffer.concat(chunks)).then(
          () => (fault === 'lost-answer' ? cut() : done(null, 'kept')),
          (error: unknown) => done(answer(451, `4.3.0 it could not be kept: ${String(error)}`)),
        );
      });
    },
  });
  // A client that breaks off is no fault of the server; without a listener it would end the process.
  server.on('error', () => undefined);
  return server;
}

function answer(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

/** Breaks the connection of a session, as a cable that is pulled. */
function cutOff(server: SMTPServer, sessionId: string): void {
  for (const connection of server.connections as Set<{ id: string; _socket: { destroy(): void } }>) {
    if (connection.id === sessionId) connection._socket.destroy();
  }
}

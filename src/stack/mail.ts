import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StackContext } from './context.ts';
import { type StartedPart, startPart } from './part.ts';
import { freePort } from './ports.ts';
import { plainEnvironment } from './programs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const wellKnownPorts = { smtp: 1025, http: 8025 };
const readyTimeoutMs = 60_000;

type MailPorts = { smtp: number; http: number };

async function choosePorts(preferKnown: boolean): Promise<MailPorts> {
  return {
    smtp: await freePort(preferKnown ? wellKnownPorts.smtp : undefined),
    http: await freePort(preferKnown ? wellKnownPorts.http : undefined),
  };
}

async function isServing({ http }: MailPorts): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${http}/health`, { signal: AbortSignal.timeout(2_000) });
  await answer.arrayBuffer();
  return answer.ok;
}

/** A mail server on 127.0.0.1 that delivers nothing and shows every mail, kept in a file of the data directory. */
export async function startMail(
  context: StackContext,
): Promise<StartedPart<MailPorts> & { smtpUrl: string; mailUiUrl: string }> {
  const home = join(context.dataDir, 'mail');
  mkdirSync(home, { recursive: true });
  const started = await startPart(
    {
      name: 'mail',
      choosePorts: (attempt) => choosePorts(context.preferKnownPorts && attempt === 0),
      launch: ({ smtp, http }) =>
        context.keeper.start({
          name: 'mail',
          command: process.execPath,
          args: [
            ...['--import', 'tsx', join('src', 'bin', 'mail-catcher.ts')],
            ...['--smtp-port', `${smtp}`, '--http-port', `${http}`, '--file', join(home, 'mails.ndjson')],
          ],
          env: plainEnvironment(context.env, home),
          cwd: root,
          stopSignal: context.throwAway ? 'SIGKILL' : 'SIGTERM',
          graceMs: 5_000,
          level: 1,
        }),
      isReady: isServing,
      readyTimeoutMs,
    },
    context.onLost,
  );
  const { smtp, http } = started.ports;
  return { ...started, smtpUrl: `smtp://127.0.0.1:${smtp}`, mailUiUrl: `http://127.0.0.1:${http}` };
}

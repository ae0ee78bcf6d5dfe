import { parseArgs } from 'node:util';
import { type MailCatcherOptions, startMailCatcher } from '../mail-catcher/index.ts';

const usage = `Usage: npm run mail-catcher -- [--smtp-port N] [--http-port N] [--host ADDRESS] [--file FILE]
A mail server that delivers nothing: it keeps every mail and shows it.

  --smtp-port  where it takes mails; 1025, and 0 takes any free port
  --http-port  where it shows them; 8025, and 0 takes any free port
  --host       address that it listens on; 127.0.0.1
  --file       keeps the mails over a restart; without it all are gone at stop`;

/** What was asked for, or null when it was the usage. */
function readOptions(): MailCatcherOptions | null {
  const { values } = parseArgs({
    options: {
      'smtp-port': { type: 'string', default: '1025' },
      'http-port': { type: 'string', default: '8025' },
      host: { type: 'string' },
      file: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  return {
    smtpPort: readPort('--smtp-port', values['smtp-port']),
    httpPort: readPort('--http-port', values['http-port']),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.file === undefined ? {} : { file: values.file }),
  };
}

function readPort(option: string, text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`${option} is a number from 0 to 65535.`);
  return port;
}

async function run(options: MailCatcherOptions): Promise<void> {
  const catcher = await startMailCatcher(options);
  const stop = () => void catcher.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(`Mail catcher: ${catcher.smtpUrl}, read the mails at ${catcher.url}`);
}

try {
  const options = readOptions();
  if (options === null) console.log(usage);
  else await run(options);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 1;
}

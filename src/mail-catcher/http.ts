import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Faults, readRules } from './faults.ts';
import type { Inbox, KeptMail } from './inbox.ts';
import { inboxPage, mailPage } from './pages.ts';

/**
 * GET / and /messages/<id>: pages. GET /api/messages[?to=ADDRESS]: all, the latest first. GET /api/messages/<id>[/raw|/html].
 * PUT /api/faults: the rules from now on. GET /health.
 */
export function createPages(inbox: Inbox, faults: Faults): Server {
  return createServer((request, reply) => {
    answer(request, reply, inbox, faults).catch((error: unknown) =>
      send(reply, 400, 'application/json', JSON.stringify({ error: (error as Error).message })),
    );
  });
}

async function answer(request: IncomingMessage, reply: ServerResponse, inbox: Inbox, faults: Faults): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const json = (body: unknown) => send(reply, 200, 'application/json', JSON.stringify(body));
  const html = (body: string) => send(reply, 200, 'text/html; charset=utf-8', body);
  if (request.method === 'PUT' && pathname === '/api/faults') {
    faults.set(readRules(JSON.parse(await bodyOf(request))));
    return json({ ok: true });
  }
  if (request.method !== 'GET') return send(reply, 405, 'text/plain', 'GET and PUT only');
  const to = searchParams.get('to') ?? undefined;
  if (pathname === '/health') return json({ ok: true });
  if (pathname === '/') return html(inboxPage(inbox.list(to)));
  if (pathname === '/api/messages') return json(inbox.list(to).map(({ raw: _raw, ...mail }) => mail));
  const [, api = '', id = '', form = ''] = /^(\/api)?\/messages\/([\w-]+)(\/raw|\/html)?$/.exec(pathname) ?? [];
  const mail = inbox.find(id);
  if (mail === undefined) return send(reply, 404, 'text/plain', 'There is nothing here.');
  if (form === '/raw') return send(reply, 200, 'message/rfc822', Buffer.from(mail.raw, 'latin1'));
  if (form === '/html') return sendForeign(reply, mail);
  return api === '' ? html(mailPage(mail)) : json(mail);
}

function send(reply: ServerResponse, status: number, type: string, body: string | Buffer): void {
  reply.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  reply.end(body);
}

/** What a mail brings may run no script and load nothing, whoever has sent it. */
function sendForeign(reply: ServerResponse, mail: KeptMail): void {
  reply.setHeader('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:");
  send(reply, 200, 'text/html; charset=utf-8', mail.html ?? '');
}

const mostBytes = 65_536;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw new Error('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

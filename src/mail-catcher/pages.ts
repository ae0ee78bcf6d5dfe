import type { KeptMail } from './inbox.ts';

const style = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;padding:1.5rem;max-width:60rem}
h1{font-size:1.4rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem .4rem 0;
border-bottom:1px solid light-dark(#dfe4ed,#2b3243);vertical-align:top;overflow-wrap:anywhere}th{font-size:.85rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:1rem;border:1px solid light-dark(#dfe4ed,#2b3243);border-radius:.4rem}
iframe{width:100%;height:36rem;border:1px solid light-dark(#dfe4ed,#2b3243);border-radius:.4rem;background:#fff}`;

/** Mails that one page shows. */
const mostShown = 200;

export function inboxPage(mails: readonly KeptMail[]): string {
  const rows = mails
    .slice(0, mostShown)
    .map(
      ({ id, receivedAt, to, subject }) =>
        `<tr><td>${escaped(receivedAt)}</td><td>${escaped(to.join(', '))}</td><td><a href="/messages/${id}">${escaped(subject)}</a></td></tr>`,
    );
  const table = `<table><tr><th>Received</th><th>To</th><th>Subject</th></tr>${rows.join('')}</table>`;
  return page(`Mail: ${mails.length}`, mails.length === 0 ? '<p>Nothing has come in yet.</p>' : table);
}

export function mailPage(mail: KeptMail): string {
  const head = `<p>From ${escaped(mail.from)} to ${escaped(mail.to.join(', '))}, ${escaped(mail.receivedAt)}</p>`;
  const html = mail.html === null ? '' : `<iframe sandbox src="/messages/${mail.id}/html" title="The mail"></iframe>`;
  const links = `<p><a href="/">All mails</a> · <a href="/messages/${mail.id}/raw">As it came</a></p>`;
  return page(mail.subject, `${head}${html}<pre>${escaped(mail.text)}</pre>${links}`);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,"><title>${escaped(title)}</title><style>${style}</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

import { decimalPlacesOf } from './currencies.ts';
import type { DeliveryEntry, JournalEntry, RequestEntry } from './journal.ts';
import { linesOf, renderInvoice } from './objects/invoice.ts';
import type { InvoiceRecord } from './objects/records.ts';
import type { Business } from './objects/wire.ts';
import { type State, Transaction } from './state.ts';

/** Follows the reader's choice of light or dark; on a narrow screen each row of the journal becomes a card. */
const style = `:root{color-scheme:light dark;--ink:light-dark(#1a1f36,#e3e8ee);--paper:light-dark(#fff,#14171f);
--faint:light-dark(#59617a,#9aa3b8);--rule:light-dark(#e3e8ee,#2c3242);--bad:light-dark(#a41c4e,#ff8fb1)}
*{box-sizing:border-box}body{font:14px/1.5 system-ui,sans-serif;margin:0 auto;padding:1.5rem;max-width:80rem;
color:var(--ink);background:var(--paper)}a{color:inherit}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--rule);
vertical-align:top;overflow-wrap:anywhere}th{font-weight:600}.bad{color:var(--bad)}.faint{color:var(--faint)}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0}summary{cursor:pointer}
.invoice{max-width:44rem}.journal .short{white-space:nowrap}
@media(max-width:44rem){body{padding:1rem}.journal thead{display:none}.journal tr{display:block;padding:.5rem 0;
border-bottom:1px solid var(--rule)}.journal td{display:inline-block;border:0;padding:0 .6rem 0 0}
.journal td.wide{display:block;padding:0}}`;

/** The latest requests, newest first, each with what was sent and answered. */
export function journalPage(entries: readonly JournalEntry[]): string {
  const rows = entries.toReversed().map(journalRow).join('\n');
  const more = [
    'journal',
    'counts',
    'rates',
    'limits',
    'search-lag',
    'state',
    'faults',
    'webhook-faults',
    'deliveries',
  ];
  const links = more.map((name) => `<a href="/_control/${name}">${name}</a>`).join(', ');
  return page(
    'Stripe simulator',
    `<p>The last ${entries.length} entries of the journal, newest first. As JSON: ${links}.</p>
     <table class="journal"><thead><tr><th>#</th><th>Time</th><th>Outcome</th><th>Request, with what was sent and
     answered</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

function journalRow(entry: JournalEntry): string {
  const begin = `<td class="short">${entry.seq}</td><td class="short faint">${shortInstant(entry.at)}</td>`;
  if (entry.kind === 'clock') return `<tr>${begin}<td colspan="2">clock + ${entry.advanceSeconds} s</td></tr>`;
  if (entry.kind === 'delivery') return deliveryRow(entry, begin);
  const bad = (entry.status ?? 599) >= 400 || !entry.answered;
  const sent = JSON.stringify(entry.params, null, 2);
  const answer = JSON.stringify(entry.response, null, 2);
  const name = entry.operation ?? `${entry.method} ${entry.path}`;
  const key = entry.idempotencyKey === null ? '' : `<div class="faint">key ${escapeHtml(entry.idempotencyKey)}</div>`;
  return `<tr${bad ? ' class="bad"' : ''}>${begin}<td>${escapeHtml(outcomeOf(entry))}</td>
<td class="wide"><details><summary>${escapeHtml(name)}</summary>
<div>${escapeHtml(`${entry.method} ${entry.path}`)}</div><pre>${escapeHtml(sent)}</pre><pre>${escapeHtml(answer)}</pre>
</details>${key}</td></tr>`;
}

function deliveryRow({ event, url, copy, status, error, outcome, nextAt }: DeliveryEntry, begin: string): string {
  const sent = copy === null ? outcome : copy;
  const next = nextAt === null ? '' : `<div class="faint">again at ${shortInstant(nextAt)}</div>`;
  return `<tr${outcome === 'failed' ? ' class="bad"' : ''}>${begin}<td>${escapeHtml(`${sent}, ${status ?? error ?? '—'}`)}</td>
<td class="wide">${escapeHtml(`webhook ${event} to ${url ?? 'an endpoint that is gone'}`)}${next}</td></tr>`;
}

/** `2026-11-22T10:00:00.123Z` → `11-22 10:00:00.123`. */
function shortInstant(at: string): string {
  return at.slice(5, -1).replace('T', ' ');
}

function outcomeOf({ outcome, replayOf, limitedBy, status, fault, answered }: RequestEntry): string {
  const parts: string[] = [outcome];
  if (replayOf !== null) parts.push(`#${replayOf}`);
  if (limitedBy !== undefined) parts.push(`by ${limitedBy}`);
  if (fault !== null) parts.push(`with fault ${fault}`);
  const ending = [status === null ? [] : [String(status)], answered ? [] : ['not answered']].flat();
  return [parts.join(' '), ...ending].join(', ');
}

/** The page behind `hosted_invoice_url`: what the customer would see at Stripe. Lines stand in the order of sending. */
export function invoicePage(invoice: InvoiceRecord, state: State, business: Business): string {
  const tx = new Transaction(state);
  const shown = renderInvoice(invoice, tx, business);
  const money = (minor: number) => formatMoney(minor, invoice.currency);
  const rows = linesOf(invoice, tx)
    .reverse()
    .map(
      ({ description, quantity, amount }) =>
        `<tr><td>${escapeHtml(description ?? '')}</td><td class="number">${escapeHtml(quantity)}</td>
         <td class="number">${money(amount)}</td></tr>`,
    );
  const sums: [string, number][] = [
    ['Subtotal', shown.subtotal],
    ['Total', shown.total],
    ['Amount due', shown.amount_due],
  ];
  const sumRows = sums.map(
    ([name, minor]) => `<tr><th colspan="2">${name}</th><td class="number"><strong>${money(minor)}</strong></td></tr>`,
  );
  return page(
    `Invoice ${shown.number ?? invoice.id}`,
    `<p>${escapeHtml(business.accountName)} to ${escapeHtml(shown.customer_name ?? invoice.customer)}, status
     <strong>${shown.status}</strong></p>
     <table class="invoice"><thead><tr><th>Description</th><th class="number">Quantity</th><th class="number">Amount</th>
     </tr></thead><tbody>${rows.join('')}${sumRows.join('')}</tbody></table>`,
  );
}

/** 123456 US cents → `1,234.56 USD`. By whole digits, so that no amount is too large to be shown exactly. */
export function formatMoney(minor: number, currency: string): string {
  const places = decimalPlacesOf(currency);
  const digits = String(Math.abs(minor)).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = places === 0 ? '' : `.${digits.slice(-places)}`;
  return `${minor < 0 ? '−' : ''}${whole}${fraction} ${currency.toUpperCase()}`;
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title>
<style>${style}</style></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

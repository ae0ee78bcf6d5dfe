import type { JournalEntry, RequestEntry } from './journal.ts';
import { renderInvoice } from './objects/invoice.ts';
import type { InvoiceRecord } from './objects/records.ts';
import type { Business } from './objects/wire.ts';
import { type State, Transaction } from './state.ts';

const style = `body{font:14px/1.5 system-ui,sans-serif;margin:2rem;color:#1a1f36}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.3rem .8rem;border-bottom:1px solid #e3e8ee;vertical-align:top}
pre{white-space:pre-wrap;margin:.3rem 0;max-width:70rem}.bad{color:#a41c4e}summary{cursor:pointer}`;

/** The latest requests, newest first, each with what was sent and answered. */
export function journalPage(entries: readonly JournalEntry[]): string {
  const rows = entries.toReversed().map(journalRow).join('\n');
  return page(
    'Stripe simulator',
    `<p>The last ${entries.length} entries of the journal. More: <a href="/_control/journal">journal</a>,
     <a href="/_control/counts">counts</a>, <a href="/_control/state">state</a>,
     <a href="/_control/faults">faults</a> (JSON).</p>
     <table><thead><tr><th>#</th><th>Time</th><th>Operation</th><th>Outcome</th><th>Status</th><th>Fault</th>
     <th>Idempotency key</th><th>Request and answer</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

function journalRow(entry: JournalEntry): string {
  if (entry.kind === 'clock') {
    return `<tr><td>${entry.seq}</td><td>${entry.at}</td><td colspan="6">clock + ${entry.advanceSeconds} s</td></tr>`;
  }
  const bad = (entry.status ?? 599) >= 400 || !entry.answered;
  const details = JSON.stringify({ params: entry.params, response: entry.response }, null, 2);
  const cells = [
    entry.seq,
    entry.at,
    entry.operation ?? `${entry.method} ${entry.path}`,
    outcomeOf(entry),
    entry.answered ? (entry.status ?? '') : `${entry.status ?? ''} (not answered)`,
    entry.fault ?? '',
    entry.idempotencyKey ?? '',
  ].map((cell) => `<td>${escapeHtml(String(cell))}</td>`);
  const summary = `<td><details><summary>${escapeHtml(entry.path)}</summary><pre>${escapeHtml(details)}</pre></details></td>`;
  return `<tr${bad ? ' class="bad"' : ''}>${cells.join('')}${summary}</tr>`;
}

function outcomeOf({ outcome, replayOf, limitedBy }: RequestEntry): string {
  if (replayOf !== null) return `${outcome} #${replayOf}`;
  return limitedBy === undefined ? outcome : `${outcome} by ${limitedBy}`;
}

/** The page behind `hosted_invoice_url`: what the customer would see at Stripe, in minor units. */
export function invoicePage(invoice: InvoiceRecord, state: State, business: Business): string {
  const tx = new Transaction(state);
  const shown = renderInvoice(invoice, tx, business);
  const lines = invoice.lineIds.flatMap((id) => tx.get('line', id) ?? []);
  const rows = lines.map(
    ({ description, quantity, amount }) =>
      `<tr><td>${escapeHtml(description ?? '')}</td><td>${quantity}</td><td>${amount}</td></tr>`,
  );
  return page(
    `Invoice ${shown.number ?? invoice.id}`,
    `<p>${escapeHtml(business.accountName)} to ${escapeHtml(shown.customer_name ?? invoice.customer)}, status
     <strong>${shown.status}</strong>. Amounts in minor units of ${escapeHtml(invoice.currency.toUpperCase())}.</p>
     <table><thead><tr><th>Description</th><th>Quantity</th><th>Amount</th></tr></thead><tbody>${rows.join('')}
     <tr><th colspan="2">Subtotal</th><td>${shown.subtotal}</td></tr>
     <tr><th colspan="2">Total</th><td>${shown.total}</td></tr>
     <tr><th colspan="2">Amount due</th><td>${shown.amount_due}</td></tr></tbody></table>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>${style}</style></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

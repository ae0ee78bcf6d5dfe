import type { DeliveryEntry, JournalEntry, RequestEntry } from '../journal.ts';
import { escapeHtml, formatMoney, linesTable, type ShownLine } from './frame.ts';

export interface Shown {
  /** The type of an event, as long as it is remembered. */
  readonly typeOf: (eventId: string) => string | undefined;
}

/** One entry of the journal: what happened, to what, how it ended; what was sent and answered unfolds below. */
export function entryCard(entry: JournalEntry, shown: Shown): string {
  const number = `<span class="faint small">#${entry.seq}</span>`;
  const time = `<time class="faint small time">${shortInstant(entry.at)}</time>`;
  if (entry.kind === 'clock') {
    return card(false, `${number}<strong>clock + ${entry.advanceSeconds} s</strong>${time}`, '');
  }
  return entry.kind === 'delivery' ? deliveryCard(entry, number, time, shown) : requestCard(entry, number, time);
}

export function hasFailed(entry: JournalEntry): boolean {
  if (entry.kind === 'clock') return false;
  if (entry.kind === 'delivery') return entry.outcome === 'failed';
  return (entry.status ?? 599) >= 400 || !entry.answered;
}

function requestCard(entry: RequestEntry, number: string, time: string): string {
  const { method, path, operation, params, response, idempotencyKey } = entry;
  const failed = hasFailed(entry);
  const head = `${number}<strong>${escapeHtml(operation ?? `${method} ${path}`)}</strong>${tags(entry, failed)}${time}`;
  const says = [invoiceOf(response), errorOf(response)].filter((text) => text !== '');
  const key = idempotencyKey === null ? '' : `<div class="faint small break">key ${escapeHtml(idempotencyKey)}</div>`;
  const body = `${says.map((text) => `<p class="break">${text}</p>`).join('')}${sentLines(entry)}${key}
    <details><summary>${escapeHtml(`${method} ${path}`)}</summary>
    <div class="faint small">sent</div><pre>${pretty(params)}</pre>
    <div class="faint small">answered</div><pre>${pretty(response)}</pre></details>`;
  return card(failed, head, body);
}

function deliveryCard(entry: DeliveryEntry, number: string, time: string, { typeOf }: Shown): string {
  const { event, url, copy, status, error, outcome, nextAt } = entry;
  const failed = outcome === 'failed';
  const head = `${number}<strong>webhook ${escapeHtml(typeOf(event) ?? '')}</strong>
    ${tag(failed ? 'bad' : outcome === 'delivered' ? 'good' : '', `${outcome}, ${status ?? error ?? '—'}`)}
    ${copy === null ? '' : tag('odd', copy)}${time}`;
  const next = nextAt === null ? '' : `, again at ${shortInstant(nextAt)}`;
  return card(
    failed,
    head,
    `<div class="faint small break">${escapeHtml(`${event} to ${url ?? 'an endpoint that is gone'}${next}`)}</div>`,
  );
}

function card(failed: boolean, head: string, body: string): string {
  return `<article class="entry${failed ? ' bad' : ''}"><div class="head">${head}</div>${body}</article>`;
}

function tag(kind: '' | 'good' | 'bad' | 'odd', text: string): string {
  return `<span class="tag ${kind}">${escapeHtml(text)}</span>`;
}

function tags({ outcome, replayOf, limitedBy, status, fault, answered }: RequestEntry, failed: boolean): string {
  return [
    tag(failed ? 'bad' : 'good', status === null ? 'cut off' : String(status)),
    ...(outcome === 'executed' ? [] : [tag('', replayOf === null ? outcome : `${outcome} #${replayOf}`)]),
    ...(limitedBy === undefined ? [] : [tag('odd', `limited by ${limitedBy}`)]),
    ...(fault === null ? [] : [tag('odd', `fault ${fault}`)]),
    ...(answered ? [] : [tag('bad', 'not answered')]),
  ].join('');
}

/** What is known of a JSON value that may be anything. */
type Loose = { readonly [key: string]: unknown };

function invoiceOf(response: unknown): string {
  const { object, number, id, status, total, currency } = (response ?? {}) as Loose;
  if (object !== 'invoice' || typeof total !== 'number') return '';
  return escapeHtml(`${number ?? id}: ${status}, ${formatMoney(total, String(currency))}`);
}

function errorOf(response: unknown): string {
  const error = (response as { error?: Loose } | null)?.error;
  if (error === undefined) return '';
  const signature = [error['type'], error['code'], error['param']].filter((part) => part !== undefined).join(', ');
  return escapeHtml(`${error['message']} (${signature})`);
}

/** The lines that a request has added, in their order, in the currency of the invoice that answers. */
function sentLines({ operation, params, response }: RequestEntry): string {
  const lines = params['lines'];
  const { currency } = (response ?? {}) as Loose;
  if (operation !== 'invoices.addLines' || typeof lines !== 'object' || typeof currency !== 'string') return '';
  const shown = Object.values(lines).flatMap((line): ShownLine[] => {
    if (typeof line === 'string' || typeof line['amount'] !== 'string') return [];
    const { amount, description = '', quantity = '1' } = line;
    return [{ amount: Number(amount), description: String(description), quantity: String(quantity) }];
  });
  const sum = shown.reduce((total, { amount }) => total + amount, 0);
  if (shown.length === 0) return '';
  const noun = shown.length === 1 ? 'line' : 'lines';
  return `<details><summary>${shown.length} ${noun}, ${formatMoney(sum, currency)}</summary>${linesTable(shown, [['Sum', sum]], currency)}</details>`;
}

function pretty(value: unknown): string {
  return escapeHtml(JSON.stringify(value, null, 2));
}

/** `2026-11-22T10:00:00.123Z` → `11-22 10:00:00.123`. */
function shortInstant(at: string): string {
  return at.slice(5, -1).replace('T', ' ');
}

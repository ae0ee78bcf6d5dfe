import type { JournalEntry } from '../journal.ts';
import type { JournalChoice } from '../journal-choice.ts';
import { operations } from '../operations/index.ts';
import { entryCard, type Shown } from './entry.ts';
import { escapeHtml, page } from './frame.ts';

const parts = [
  'journal',
  'counts',
  'rates',
  'limits',
  'search-lag',
  'state',
  'faults',
  'webhook-faults',
  'deliveries',
] as const;

type Rule = { kind: string; matched: number; applied: number } & Record<string, unknown>;

export interface JournalView extends Shown {
  /** Oldest first. */
  readonly entries: readonly JournalEntry[];
  /** Whether there may be more of what was asked for. */
  readonly hasOlder: boolean;
  readonly choice: JournalChoice;
  readonly account: string;
  readonly clock: string;
  readonly faults: readonly Rule[];
  readonly webhookFaults: readonly Rule[];
}

/** The latest requests and deliveries, newest first, each with what was sent and answered. */
export function journalPage(view: JournalView): string {
  const { entries, hasOlder, choice, account, clock } = view;
  const cards = entries.toReversed().map((entry) => `<li>${entryCard(entry, view)}</li>`);
  const oldest = entries[0]?.seq ?? 0;
  const links = parts.map((name) => `<a href="/_control/${name}">${name}</a>`).join(', ');
  const none = '<p>Nothing in the journal fits. <a href="/_control/">Show everything</a>.</p>';
  return page(
    'Stripe simulator',
    `<p class="faint">${escapeHtml(account)} · its clock says <time>${escapeHtml(clock)}</time></p>
     ${filterForm(choice)}${rulesInForce(view)}
     <h2>${entries.length} ${entries.length === 1 ? 'entry' : 'entries'} of the journal, newest first</h2>
     ${cards.length === 0 ? none : `<ol class="journal">${cards.join('\n')}</ol>`}
     ${hasOlder ? `<p><a href="${escapeHtml(olderUrl(choice, oldest))}">Older than #${oldest}</a></p>` : ''}
     <p class="faint small">The same as JSON: ${links}.</p>`,
  );
}

function filterForm({ operation, subject, status }: JournalChoice): string {
  const named = ['webhooks', ...operations.map(({ name }) => name).sort()];
  const statuses = { failed: 'failed or not answered', fault: 'with a fault', ok: 'answered well' };
  return `<form method="get" action="/_control/">
    <label>Operation<select name="operation">${option('', 'all', operation)}${named
      .map((name) => option(name, name, operation))
      .join('')}</select></label>
    <label>Subject<input name="subject" value="${escapeHtml(subject ?? '')}" placeholder="an id, a key, a number"></label>
    <label>Status<select name="status">${option('', 'all', status)}${Object.entries(statuses)
      .map(([value, says]) => option(value, says, status))
      .join('')}</select></label>
    <button>Show</button></form>`;
}

function option(value: string, says: string, chosen: string | undefined): string {
  return `<option value="${value}"${value === (chosen ?? '') ? ' selected' : ''}>${says}</option>`;
}

function olderUrl({ operation, subject, status }: JournalChoice, before: number): string {
  const query = new URLSearchParams({ before: String(before) });
  for (const [name, value] of Object.entries({ operation, subject, status })) {
    if (value !== undefined) query.set(name, value);
  }
  return `/_control/?${query}`;
}

function rulesInForce({ faults, webhookFaults }: JournalView): string {
  const told = (what: string, rules: readonly Rule[]) =>
    rules.map(({ kind, matched, applied, ...rest }) => {
      const only = Object.entries(rest).map(([name, value]) => ` ${name} ${value}`);
      return `<span class="tag odd">${escapeHtml(`${what}${kind}${only.join(',')}: met ${applied} of ${matched}`)}</span>`;
    });
  const all = [...told('', faults), ...told('webhooks ', webhookFaults)];
  return all.length === 0 ? '' : `<h2>Faults in force</h2><div class="rules">${all.join('')}</div>`;
}

/**
 * How the books and what was seen at Stripe are compared: one query for each kind of difference, over invoices that were
 * at rest before the listing began. $1 is the run. Amounts are minor units, as text, since JSON has no whole numbers as
 * large as ours may be.
 */

/** Ours by their mapping whose sync stands so, beside what this run saw of them there. */
const comparedWhere = (sync: 'synced' | 'parked') => `
  SELECT i.id, i.revision, i.number, i.currency, i.total_minor, i.customer_id, s.lifecycle, s.payment,
    s.amount_paid_minor, m.account_id, m.remote_id, r.invoice_id AS marked_id, r.revision AS marked_revision,
    r.number AS remote_number, r.remote_customer_id, r.currency AS remote_currency, r.total_minor AS remote_total_minor,
    r.amount_paid_minor AS remote_paid_minor, r.line_count AS remote_line_count, r.lines_digest, r.status, r.auto_advance,
    (SELECT coalesce(sum(p.amount_minor), 0) FROM recorded_payments p WHERE p.invoice_id = i.id) AS recorded_minor
  FROM remote_invoices r JOIN run ON true
    JOIN invoice_mappings m ON m.account_id = r.account_id AND m.remote_id = r.remote_id
    JOIN invoice_states s ON s.invoice_id = m.invoice_id
    JOIN invoices i ON i.id = m.invoice_id
  WHERE r.run_id = run.id AND s.sync = '${sync}' AND s.touched_at < run.started_at`;

/**
 * Everything alive at Stripe that carries a mark of which this run saw a copy, the one that the books mean first. What a
 * sync that is parked has left there is known by its stored requests.
 */
const marked = `
  SELECT r.account_id, r.remote_id, r.invoice_id, r.revision, r.status, r.number, r.currency, r.total_minor,
    i.id AS known_id, s.lifecycle, s.sync, m.remote_id AS mapped_id,
    m.remote_id = r.remote_id OR known_request AS is_known,
    row_number() OVER (PARTITION BY r.invoice_id ORDER BY m.remote_id = r.remote_id DESC NULLS LAST, known_request DESC,
      r.created_at, r.remote_id) AS place,
    first_value(r.remote_id) OVER (PARTITION BY r.invoice_id ORDER BY m.remote_id = r.remote_id DESC NULLS LAST,
      known_request DESC, r.created_at, r.remote_id) AS first_id
  FROM remote_invoices r JOIN run ON true
    LEFT JOIN invoices i ON i.id = r.invoice_id
    LEFT JOIN invoice_states s ON s.invoice_id = r.invoice_id
    LEFT JOIN invoice_mappings m ON m.account_id = r.account_id AND m.invoice_id = r.invoice_id
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM stored_requests q WHERE q.account_id = r.account_id
      AND q.subject_kind = 'invoice' AND q.subject_id = r.invoice_id AND q.remote_id = r.remote_id) AS known_request) q
  WHERE r.status NOT IN ('void', 'gone')
    AND r.invoice_id IN (SELECT seen.invoice_id FROM remote_invoices seen WHERE seen.run_id = run.id)
    AND (s.invoice_id IS NULL OR (s.sync IN ('synced', 'parked', 'none') AND s.touched_at < run.started_at))`;

/** Our lines as Stripe is told of them: how many, and their digest, made as targets/stripe/inventory.ts makes that of Stripe's. */
const ourLines = `(SELECT count(*) AS our_count,
    sha256(convert_to(coalesce(string_agg(l.id || '=' || l.amount_minor, ',' ORDER BY l.id), ''), 'UTF8')) AS our_digest
  FROM outgoing_invoice_lines l WHERE l.invoice_id = c.id)`;

/**
 * What the books have as paid at Stripe: while the invoice is open there, Stripe knows of nothing that came in elsewhere.
 */
const paidThere = `(c.amount_paid_minor - CASE c.status WHEN 'open' THEN c.recorded_minor ELSE 0 END)`;

/** Of an invoice that we have issued, by what Stripe says of it: what to do. Null where the two agree. */
const statusAction = `CASE
  WHEN c.lifecycle = 'void' THEN CASE WHEN c.status NOT IN ('void', 'gone') THEN 'alert' END
  WHEN c.status IN ('draft', 'void') THEN 'repair'
  WHEN c.status = 'paid' THEN CASE WHEN c.payment <> 'paid' THEN 'repair' END
  WHEN c.status = 'uncollectible' THEN
    CASE WHEN c.payment = 'paid' THEN 'alert' WHEN c.payment <> 'uncollectible' THEN 'repair' END
  WHEN c.status = 'open' AND (c.payment IN ('paid', 'uncollectible') OR c.remote_paid_minor < ${paidThere}) THEN 'alert'
  WHEN c.status = 'open' AND c.remote_paid_minor > ${paidThere} THEN 'repair' END`;

type Finding = { from: string; where: string; ours: string; theirs: string; action?: string; subject?: string };

const ofInvoice = 'c.id, NULL::uuid, c.remote_id';
const ofMark = 'k.invoice_id, NULL::uuid, k.remote_id';
const ofCustomer = 'NULL::uuid, m.customer_id, r.remote_id';
const seenCopy = `'status', k.status, 'revision', k.revision, 'number', k.number, 'currency', k.currency,
  'totalMinor', k.total_minor::text`;
const customers = `customer_mappings m JOIN run ON true
  JOIN remote_customers r ON r.account_id = m.account_id AND r.run_id = run.id`;

/** Each is written so that a row is a difference; together they say what "equal" means. */
const findings: [kind: string, finding: Finding][] = [
  [
    'missing',
    {
      from: 'compared c',
      where: `c.status = 'gone' AND c.lifecycle = 'issued'`,
      ours: `'number', c.number, 'currency', c.currency, 'totalMinor', c.total_minor::text`,
      theirs: `'status', c.status`,
    },
  ],
  [
    'missing',
    {
      from: `invoice_states s JOIN run ON true JOIN invoices c ON c.id = s.invoice_id
        LEFT JOIN invoice_mappings m ON m.invoice_id = s.invoice_id`,
      where: `m.invoice_id IS NULL AND s.sync = 'synced' AND s.lifecycle = 'issued' AND s.touched_at < run.started_at
        AND (run.from_at IS NULL OR s.synced_at >= run.from_at) AND (run.to_at IS NULL OR s.synced_at <= run.to_at)`,
      subject: 'c.id, NULL::uuid, NULL::text',
      ours: `'number', c.number, 'currency', c.currency, 'totalMinor', c.total_minor::text`,
      theirs: `'status', NULL`,
    },
  ],
  [
    'orphan',
    {
      from: 'marked k',
      where: `k.place = 1 AND NOT coalesce(k.is_known, false)`,
      subject: ofMark,
      ours: `'known', k.known_id IS NOT NULL, 'lifecycle', k.lifecycle, 'sync', k.sync`,
      theirs: seenCopy,
    },
  ],
  [
    'duplicate',
    {
      from: 'marked k',
      where: 'k.place > 1',
      subject: ofMark,
      ours: `'remoteId', k.first_id, 'mapped', k.first_id IS NOT DISTINCT FROM k.mapped_id`,
      theirs: seenCopy,
    },
  ],
  [
    'duplicate',
    {
      from: customers,
      where: `r.customer_id = m.customer_id AND r.remote_id <> m.remote_id AND NOT r.is_deleted
        AND m.created_at < run.started_at`,
      subject: ofCustomer,
      ours: `'remoteCustomerId', m.remote_id`,
      theirs: `'remoteCustomerId', r.remote_id`,
    },
  ],
  [
    'amount',
    {
      from: 'compared c',
      where: `c.status <> 'gone' AND c.currency = c.remote_currency AND c.total_minor <> c.remote_total_minor`,
      ours: `'totalMinor', c.total_minor::text, 'currency', c.currency`,
      theirs: `'totalMinor', c.remote_total_minor::text, 'currency', c.remote_currency, 'status', c.status`,
    },
  ],
  [
    'line',
    {
      from: `compared c CROSS JOIN LATERAL ${ourLines} d`,
      where: `c.status <> 'gone' AND c.currency = c.remote_currency AND (d.our_count <> c.remote_line_count OR d.our_digest <> c.lines_digest)`,
      ours: `'lineCount', d.our_count, 'digest', encode(d.our_digest, 'hex')`,
      theirs: `'lineCount', c.remote_line_count, 'digest', encode(c.lines_digest, 'hex')`,
    },
  ],
  [
    'currency',
    {
      from: 'compared c',
      where: `c.status <> 'gone' AND c.currency <> c.remote_currency`,
      ours: `'currency', c.currency, 'totalMinor', c.total_minor::text`,
      theirs: `'currency', c.remote_currency, 'totalMinor', c.remote_total_minor::text`,
    },
  ],
  [
    'status',
    {
      from: `compared c CROSS JOIN LATERAL (SELECT ${statusAction} AS action) t`,
      where: `c.status <> 'gone' AND t.action IS NOT NULL`,
      action: 't.action',
      ours: `'lifecycle', c.lifecycle, 'payment', c.payment, 'amountPaidMinor', c.amount_paid_minor::text`,
      theirs: `'status', c.status, 'amountPaidMinor', c.remote_paid_minor::text`,
    },
  ],
  [
    // One that waits for a person is not looked at before the answer, so that money could come in for it unseen.
    'status',
    {
      from: 'parked c',
      where: `(c.status = 'paid' AND c.payment <> 'paid') OR c.remote_paid_minor > ${paidThere}`,
      ours: `'lifecycle', c.lifecycle, 'payment', c.payment, 'amountPaidMinor', c.amount_paid_minor::text, 'sync', 'parked'`,
      theirs: `'status', c.status, 'amountPaidMinor', c.remote_paid_minor::text`,
    },
  ],
  [
    'number',
    {
      from: 'compared c',
      where: `c.status <> 'gone' AND c.number IS DISTINCT FROM c.remote_number`,
      ours: `'number', c.number`,
      theirs: `'number', c.remote_number`,
    },
  ],
  [
    'customer',
    {
      from: `compared c LEFT JOIN customer_mappings m ON m.account_id = c.account_id AND m.customer_id = c.customer_id`,
      where: `c.status <> 'gone' AND m.remote_id IS DISTINCT FROM c.remote_customer_id`,
      ours: `'customerId', c.customer_id, 'remoteCustomerId', m.remote_id`,
      theirs: `'remoteCustomerId', c.remote_customer_id`,
    },
  ],
  [
    'customer',
    {
      from: customers,
      where: `r.remote_id = m.remote_id AND (r.is_deleted OR r.customer_id IS DISTINCT FROM m.customer_id)`,
      subject: ofCustomer,
      ours: `'customerId', m.customer_id`,
      theirs: `'customerId', r.customer_id, 'deleted', r.is_deleted`,
    },
  ],
  [
    'mark',
    {
      from: 'compared c',
      where: `c.status <> 'gone' AND (c.marked_id, c.marked_revision) IS DISTINCT FROM (c.id, c.revision)`,
      ours: `'invoiceId', c.id, 'revision', c.revision`,
      theirs: `'invoiceId', c.marked_id, 'revision', c.marked_revision`,
    },
  ],
  [
    'auto_advance',
    {
      from: 'compared c',
      where: `c.auto_advance AND c.status IN ('draft', 'open')`,
      ours: `'autoAdvance', false`,
      theirs: `'autoAdvance', true, 'status', c.status`,
    },
  ],
];

const selects = findings.map(
  ([kind, { from, where, ours, theirs, action = `'alert'`, subject = ofInvoice }]) =>
    `SELECT '${kind}', ${subject}, jsonb_build_object(${ours}), jsonb_build_object(${theirs}), ${action} FROM ${from} WHERE ${where}`,
);

/** Common table expressions that end in `found`: every difference of run $1. */
export const foundDifferences = `run AS (SELECT id, started_at, from_at, to_at FROM reconciliations WHERE id = $1),
  compared AS MATERIALIZED (${comparedWhere('synced')}),
  parked AS MATERIALIZED (${comparedWhere('parked')}),
  marked AS MATERIALIZED (${marked}),
  found (kind, invoice_id, customer_id, remote_id, ours, theirs, action) AS MATERIALIZED (
    ${selects.join('\n    UNION ALL ')})`;

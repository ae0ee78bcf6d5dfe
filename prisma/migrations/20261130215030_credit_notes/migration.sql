-- Credit notes: what takes back a part of an issued invoice, or all of it. Facts from the first moment on.

-- A series of their own for each clock, without gaps like that of the invoices.
CREATE TABLE credit_note_series (
  clock_id uuid PRIMARY KEY REFERENCES clocks,
  next_number bigint NOT NULL DEFAULT 1 CHECK (next_number >= 1)
);

CREATE TABLE credit_notes (
  id uuid PRIMARY KEY,
  invoice_id uuid NOT NULL REFERENCES invoices,
  customer_id uuid NOT NULL REFERENCES customers,
  clock_id uuid NOT NULL REFERENCES clocks,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  number text NOT NULL UNIQUE CHECK (length(number) <= 32),
  issued_at timestamptz(3) NOT NULL,
  -- The sender's own id and what was asked for under it: a repetition is known by them.
  request_id text NOT NULL CHECK (length(request_id) BETWEEN 1 AND 255),
  request jsonb NOT NULL,
  reason text NOT NULL CHECK (reason IN ('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory', 'other')),
  memo text CHECK (length(memo) BETWEEN 1 AND 2000),
  give_back text NOT NULL CHECK (give_back IN ('refund', 'credit', 'out_of_band')),
  subtotal_minor bigint NOT NULL CHECK (subtotal_minor > 0),
  discount_minor bigint NOT NULL CHECK (discount_minor >= 0),
  tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
  inclusive_tax_minor bigint NOT NULL CHECK (inclusive_tax_minor >= 0),
  total_minor bigint NOT NULL CHECK (total_minor > 0),
  -- Lowers what is to be paid; refunded; given back by another way; to the customer's balance.
  due_minor bigint NOT NULL CHECK (due_minor >= 0),
  refund_minor bigint NOT NULL CHECK (refund_minor >= 0),
  out_of_band_minor bigint NOT NULL CHECK (out_of_band_minor >= 0),
  balance_minor bigint NOT NULL CHECK (balance_minor >= 0),
  -- What of it is money, and so is on the target's copy of the invoice.
  money_minor bigint NOT NULL,
  line_count integer NOT NULL CHECK (line_count >= 1),
  UNIQUE (invoice_id, request_id),
  CHECK (total_minor = subtotal_minor - discount_minor + tax_minor),
  CHECK (total_minor = due_minor + refund_minor + out_of_band_minor + balance_minor),
  CHECK (money_minor BETWEEN due_minor + refund_minor + out_of_band_minor AND total_minor)
);
CREATE INDEX credit_notes_customer ON credit_notes (customer_id, issued_at DESC, id);
CREATE INDEX credit_notes_newest ON credit_notes (issued_at DESC, id);

CREATE TABLE credit_note_lines (
  credit_note_id uuid NOT NULL REFERENCES credit_notes,
  line_id uuid NOT NULL REFERENCES invoice_lines,
  position integer NOT NULL CHECK (position >= 1),
  description text NOT NULL,
  -- What of the line's quantity it is, where that was said or is all of it.
  quantity numeric CHECK (quantity > 0),
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  discount_minor bigint NOT NULL CHECK (discount_minor BETWEEN 0 AND amount_minor),
  tax_minor bigint NOT NULL CHECK (tax_minor >= 0),
  inclusive_tax_minor bigint NOT NULL CHECK (inclusive_tax_minor >= 0),
  PRIMARY KEY (credit_note_id, line_id),
  UNIQUE (credit_note_id, position)
);
CREATE INDEX credit_note_lines_line ON credit_note_lines (line_id);

CREATE TABLE credit_note_line_taxes (
  credit_note_id uuid NOT NULL,
  line_id uuid NOT NULL,
  key text NOT NULL,
  is_inclusive boolean NOT NULL,
  taxable_minor bigint NOT NULL CHECK (taxable_minor >= 0),
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  PRIMARY KEY (credit_note_id, line_id, key),
  FOREIGN KEY (credit_note_id, line_id) REFERENCES credit_note_lines (credit_note_id, line_id)
);

CREATE TRIGGER credit_notes_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_notes EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_note_lines_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_note_lines EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_note_line_taxes_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_note_line_taxes
  EXECUTE FUNCTION refuse_change();

-- Only what is issued, and is to stay so, is credited. The lock makes the notes of one invoice, and its void, wait for each
-- other, so that what is added up when a transaction ends is all there is.
CREATE FUNCTION credit_notes_of_issued() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  state invoice_states%ROWTYPE;
  facts invoices%ROWTYPE;
BEGIN
  SELECT * INTO state FROM invoice_states WHERE invoice_id = NEW.invoice_id FOR UPDATE;
  SELECT * INTO facts FROM invoices WHERE id = NEW.invoice_id;
  IF state.lifecycle <> 'issued' OR state.wanted = 'void'
    OR (NEW.customer_id, NEW.currency, NEW.clock_id) <> (facts.customer_id, facts.currency, facts.clock_id)
  THEN
    RAISE EXCEPTION 'invoice % is % (wanted %) and cannot be credited by note %', NEW.invoice_id, state.lifecycle,
      state.wanted, NEW.number USING ERRCODE = 'DB030';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER credit_notes_of_issued BEFORE INSERT ON credit_notes FOR EACH ROW EXECUTE FUNCTION credit_notes_of_issued();

-- Added up again when the transaction ends: a note is the sum of its lines, and all notes of an invoice are within it, line by
-- line and in all.
CREATE FUNCTION check_credit_note(note_id uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  note credit_notes%ROWTYPE;
  sums record;
BEGIN
  SELECT * INTO note FROM credit_notes WHERE id = note_id;
  SELECT count(*) AS line_count, sum(l.amount_minor) AS subtotal, sum(l.discount_minor) AS discount, sum(l.tax_minor) AS tax,
      sum(l.inclusive_tax_minor) AS inclusive,
      bool_and(l.tax_minor = coalesce(t.added, 0) AND l.inclusive_tax_minor = coalesce(t.contained, 0)
        AND o.invoice_id = note.invoice_id) AS is_whole
    INTO sums
    FROM credit_note_lines l JOIN invoice_lines o ON o.id = l.line_id
    LEFT JOIN LATERAL (
      SELECT sum(amount_minor) FILTER (WHERE NOT is_inclusive) AS added, sum(amount_minor) FILTER (WHERE is_inclusive) AS contained
      FROM credit_note_line_taxes x WHERE (x.credit_note_id, x.line_id) = (l.credit_note_id, l.line_id)) t ON true
    WHERE l.credit_note_id = note_id;
  IF (sums.line_count, sums.subtotal, sums.discount, sums.tax, sums.inclusive, sums.is_whole) IS DISTINCT FROM
     (note.line_count::bigint, note.subtotal_minor::numeric, note.discount_minor::numeric, note.tax_minor::numeric,
      note.inclusive_tax_minor::numeric, true)
  THEN
    RAISE EXCEPTION 'credit note % is not the sum of its lines: %', note.number, sums USING ERRCODE = 'DB031';
  END IF;
  PERFORM FROM invoices i WHERE i.id = note.invoice_id AND (
    (SELECT sum(total_minor) FROM credit_notes WHERE invoice_id = i.id) > i.total_minor + i.credit_minor
    OR (SELECT sum(money_minor) FROM credit_notes WHERE invoice_id = i.id) > i.total_minor);
  IF FOUND THEN
    RAISE EXCEPTION 'credit note % is over more than its invoice has left', note.number USING ERRCODE = 'DB032';
  END IF;
  PERFORM FROM invoice_lines o
    CROSS JOIN LATERAL (
      SELECT sum(amount_minor) AS amount, sum(discount_minor) AS discount, sum(tax_minor) AS tax, sum(inclusive_tax_minor) AS inclusive
      FROM credit_note_lines c WHERE c.line_id = o.id) credited
    WHERE o.id IN (SELECT line_id FROM credit_note_lines WHERE credit_note_id = note_id)
      AND (credited.amount > o.amount_minor OR credited.discount > o.discount_minor OR credited.tax > o.tax_minor
        OR credited.inclusive > o.inclusive_tax_minor);
  IF FOUND THEN
    RAISE EXCEPTION 'credit note % is over more than a line has left', note.number USING ERRCODE = 'DB032';
  END IF;
END $$;

CREATE FUNCTION credit_notes_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM check_credit_note(CASE TG_TABLE_NAME WHEN 'credit_notes' THEN (to_jsonb(NEW) ->> 'id')::uuid
    ELSE (to_jsonb(NEW) ->> 'credit_note_id')::uuid END);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER credit_notes_add_up AFTER INSERT ON credit_notes DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION credit_notes_add_up();
CREATE CONSTRAINT TRIGGER credit_note_lines_add_up AFTER INSERT ON credit_note_lines DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION credit_notes_add_up();
CREATE CONSTRAINT TRIGGER credit_note_line_taxes_add_up AFTER INSERT ON credit_note_line_taxes DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION credit_notes_add_up();

-- Its copy at a target, once it is there; `refund_ids` are the refunds that came with it.
CREATE TABLE credit_note_copies (
  account_id text NOT NULL REFERENCES target_accounts (account_id),
  credit_note_id uuid NOT NULL REFERENCES credit_notes,
  remote_id text NOT NULL,
  refund_ids text[] NOT NULL,
  -- What the customer paid of what the note was to lower, before the target had it: given to their balance.
  overpaid_minor bigint NOT NULL CHECK (overpaid_minor >= 0),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, credit_note_id),
  UNIQUE (account_id, remote_id)
);
CREATE TRIGGER credit_note_copies_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_note_copies EXECUTE FUNCTION refuse_change();

-- What was credited stays issued: a void would take back once more what the note took back.
CREATE FUNCTION invoice_states_stay_credited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM credit_notes WHERE invoice_id = NEW.invoice_id) THEN
    RAISE EXCEPTION 'invoice % has credit notes and cannot be void', NEW.invoice_id USING ERRCODE = 'DB033';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoice_states_stay_credited BEFORE UPDATE ON invoice_states FOR EACH ROW
  WHEN (NEW.lifecycle = 'void' AND OLD.lifecycle <> 'void') EXECUTE FUNCTION invoice_states_stay_credited();

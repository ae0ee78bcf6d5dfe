-- Documents as they were made: never changed, kept by the hash of their bytes.
CREATE TABLE documents (
  hash bytea PRIMARY KEY CHECK (hash = sha256(bytes)),
  media_type text NOT NULL CHECK (media_type IN ('application/pdf')),
  bytes bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
-- PDFs are packed already.
ALTER TABLE documents ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- The document of an invoice in each state that it shows beside its facts: to be paid by a day and at an address, paid, void.
CREATE TABLE invoice_documents (
  invoice_id uuid NOT NULL REFERENCES invoices,
  -- Canonical JSON of that state.
  state text NOT NULL CHECK (length(state) <= 2000),
  hash bytea NOT NULL REFERENCES documents,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (invoice_id, state)
);
CREATE INDEX invoice_documents_hash ON invoice_documents (hash);

CREATE TRIGGER documents_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON documents EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoice_documents_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_documents
  EXECUTE FUNCTION refuse_change();

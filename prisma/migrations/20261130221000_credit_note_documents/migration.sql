-- The document of a credit note: nothing that it shows may change, so that there is one.
CREATE TABLE credit_note_documents (
  credit_note_id uuid PRIMARY KEY REFERENCES credit_notes,
  hash bytea NOT NULL REFERENCES documents,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX credit_note_documents_hash ON credit_note_documents (hash);
CREATE TRIGGER credit_note_documents_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_note_documents
  EXECUTE FUNCTION refuse_change();

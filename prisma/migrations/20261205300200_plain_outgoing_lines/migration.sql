-- What a target is told of an invoice that it takes line by line, as nearly all are, is read without what groups the lines of a long one.
CREATE VIEW plain_outgoing_lines AS
  SELECT invoice_id, id, 0 AS part, position, description, amount_minor - discount_minor AS amount_minor FROM invoice_lines
  UNION ALL
  SELECT invoice_id, id, 1, position, name, -amount_minor FROM invoice_credits;

CREATE OR REPLACE VIEW outgoing_invoice_lines AS
  SELECT l.invoice_id, l.id, l.part, l.position, l.description, l.amount_minor
  FROM plain_outgoing_lines l JOIN invoices i ON i.id = l.invoice_id
  WHERE l.part = 0 AND i.line_count <= 250 - (SELECT count(*) FROM invoice_credits c WHERE c.invoice_id = i.id)
  UNION ALL
  SELECT g.invoice_id, g.group_id, 0, min(g.position),
    CASE WHEN count(DISTINCT g.description) = 1 THEN min(g.description)
      WHEN count(DISTINCT g.price_id) = 1 AND count(g.price_id) = count(*) THEN min(r.name) || ' (' || count(*) || ' lines)'
      ELSE 'Further charges (' || count(*) || ' lines)' END,
    sum(g.net_minor)::bigint
  FROM grouped_invoice_lines g LEFT JOIN prices r ON r.id = g.price_id GROUP BY g.invoice_id, g.group_id
  UNION ALL
  SELECT invoice_id, id, part, position, description, amount_minor FROM plain_outgoing_lines WHERE part = 1;

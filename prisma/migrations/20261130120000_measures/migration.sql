-- More ways from events to a quantity, and what a plan says beside its prices.

ALTER TABLE meters DROP CONSTRAINT meters_aggregation_check;
ALTER TABLE meters ADD CONSTRAINT meters_aggregation_check CHECK (aggregation IN (
  'count', 'sum', 'max', 'min', 'average', 'latest', 'unique_count', 'weighted_sum', 'percentile'));
-- Windows, percentile, operations, what is carried on: as the domain parses them, and nothing for what is the default.
ALTER TABLE meters ADD COLUMN options jsonb NOT NULL DEFAULT '{}';

-- The plan as the domain parses it, without its prices: bounds of the period, proration, currencies.
ALTER TABLE plan_versions ADD COLUMN terms jsonb NOT NULL DEFAULT '{}';

-- The values that a line stands for, of the properties that its price groups by.
ALTER TABLE invoice_lines ADD COLUMN group_values jsonb CHECK (jsonb_typeof(group_values) = 'array');

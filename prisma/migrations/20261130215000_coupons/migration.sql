-- Coupons: what takes something off bills, and who has redeemed it.

CREATE TABLE coupons (
  id uuid PRIMARY KEY,
  key text NOT NULL UNIQUE CHECK (key ~ '^[a-z][a-z0-9_-]{0,62}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  percentage numeric CHECK (percentage > 0 AND percentage <= 100),
  amount_minor bigint CHECK (amount_minor > 0),
  currency text CHECK (currency ~ '^[A-Z]{3}$'),
  duration text NOT NULL CHECK (duration IN ('once', 'bills', 'forever')),
  bills integer CHECK (bills >= 1),
  -- Keys of plans and meters that it is for; null is all of them.
  plans jsonb CHECK (jsonb_typeof(plans) = 'array' AND plans <> '[]'),
  meters jsonb CHECK (jsonb_typeof(meters) = 'array' AND meters <> '[]'),
  -- Counted in the row itself, so that the last place is taken in the statement that looks whether there is one.
  redemption_count integer NOT NULL DEFAULT 0 CHECK (redemption_count >= 0),
  max_redemptions integer CHECK (max_redemptions >= 1),
  max_per_customer integer CHECK (max_per_customer >= 1),
  -- From this instant of a customer's clock on it cannot be redeemed.
  redeem_by timestamptz(3),
  archived_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK ((percentage IS NULL) <> (amount_minor IS NULL)),
  CHECK ((amount_minor IS NULL) = (currency IS NULL)),
  CHECK ((duration = 'bills') = (bills IS NOT NULL)),
  CHECK (redemption_count <= max_redemptions)
);

-- What it gives never changes, since bills were made with it; it is counted, and archived once.
CREATE FUNCTION coupons_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(NEW) - 'redemption_count' - 'archived_at') <> (to_jsonb(OLD) - 'redemption_count' - 'archived_at')
    OR NEW.redemption_count < OLD.redemption_count
    OR (OLD.archived_at IS NOT NULL AND NEW.archived_at IS DISTINCT FROM OLD.archived_at)
  THEN
    RAISE EXCEPTION 'coupon % never changes: it is only counted, and archived', OLD.key USING ERRCODE = 'DB001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER coupons_fixed BEFORE UPDATE ON coupons FOR EACH ROW EXECUTE FUNCTION coupons_fixed();
CREATE TRIGGER coupons_stay BEFORE DELETE OR TRUNCATE ON coupons EXECUTE FUNCTION refuse_change();

CREATE TABLE coupon_redemptions (
  id uuid PRIMARY KEY,
  -- The order in which a customer redeemed, within one instant of a clock that stands still too.
  position bigserial UNIQUE,
  coupon_id uuid NOT NULL REFERENCES coupons,
  customer_id uuid NOT NULL REFERENCES customers,
  -- The one that it is for; null is all of the customer's.
  subscription_id uuid REFERENCES subscriptions,
  redeemed_at timestamptz(3) NOT NULL,
  -- From then on it takes nothing more; what it took stays.
  ended_at timestamptz(3) CHECK (ended_at >= redeemed_at)
);
CREATE INDEX coupon_redemptions_customer ON coupon_redemptions (customer_id, position);
CREATE INDEX coupon_redemptions_coupon ON coupon_redemptions (coupon_id, customer_id);

CREATE FUNCTION coupon_redemptions_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(NEW) - 'ended_at') <> (to_jsonb(OLD) - 'ended_at') OR OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'redemption % never changes: it only ends', OLD.id USING ERRCODE = 'DB001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER coupon_redemptions_fixed BEFORE UPDATE ON coupon_redemptions
  FOR EACH ROW EXECUTE FUNCTION coupon_redemptions_fixed();
CREATE TRIGGER coupon_redemptions_stay BEFORE DELETE OR TRUNCATE ON coupon_redemptions EXECUTE FUNCTION refuse_change();

ALTER TABLE invoice_discounts ADD CONSTRAINT invoice_discounts_redemption_id_fkey
  FOREIGN KEY (redemption_id) REFERENCES coupon_redemptions;

-- A sound double-entry ledger in PostgreSQL, as an application team would build it: events that are
-- unique on account and version, balances, an idempotency key. One posting a transfer, one call a
-- transaction; what florin-bench --peer postgres compares with.

CREATE TABLE account (
  account_id text PRIMARY KEY,
  version bigint NOT NULL DEFAULT 0,
  debits bigint NOT NULL DEFAULT 0,
  credits bigint NOT NULL DEFAULT 0,
  overdraft_limit bigint NOT NULL
);

CREATE TABLE transfer (
  transfer_id text PRIMARY KEY,
  debit_account_id text NOT NULL,
  credit_account_id text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  commit_time timestamptz NOT NULL
);

CREATE TABLE event (
  account_id text NOT NULL,
  version bigint NOT NULL,
  transfer_id text NOT NULL,
  type text NOT NULL,
  amount bigint NOT NULL,
  balance_after bigint NOT NULL,
  commit_time timestamptz NOT NULL,
  PRIMARY KEY (account_id, version)
);

INSERT INTO account (account_id, overdraft_limit)
SELECT 'bench:' || lpad(i::text, 6, '0'), 100000000000000
FROM generate_series(0, :accounts - 1) AS i;

-- Grows with time, as UUIDs of version 7 do.
CREATE FUNCTION next_id() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
         || substr(gen_random_uuid()::text, 14)
$$;

-- 'posted', or 'replayed' for an id that has acted already with the same content.
CREATE FUNCTION post_transfer(id text, debit text, credit text, units bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  now timestamptz := clock_timestamp();
  debited account;
  credited account;
  known transfer;
BEGIN
  INSERT INTO transfer VALUES (id, debit, credit, units, now) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    SELECT * INTO known FROM transfer WHERE transfer_id = id;
    IF (known.debit_account_id, known.credit_account_id, known.amount) = (debit, credit, units) THEN
      RETURN 'replayed';
    END IF;
    RAISE EXCEPTION 'id % was used for another transfer', id;
  END IF;
  -- In one order, so that two transfers cannot wait for each other.
  PERFORM 1 FROM account WHERE account_id IN (debit, credit) ORDER BY account_id FOR UPDATE;
  UPDATE account SET debits = debits + units, version = version + 1
  WHERE account_id = debit RETURNING * INTO STRICT debited;
  UPDATE account SET credits = credits + units, version = version + 1
  WHERE account_id = credit RETURNING * INTO STRICT credited;
  IF debited.credits - debited.debits < -debited.overdraft_limit THEN
    RAISE EXCEPTION 'account % has not enough', debit;
  END IF;
  INSERT INTO event VALUES
    (debit, debited.version, id, 'withdrawn', units, debited.credits - debited.debits, now),
    (credit, credited.version, id, 'deposited', units, credited.credits - credited.debits, now);
  RETURN 'posted';
END
$$;

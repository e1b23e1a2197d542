\set debit random(0, :accounts - 1)
\set step random(1, :accounts - 1)
\set credit (:debit + :step) % :accounts
\set units random(1, 99999)
SELECT post_transfer(next_id(), 'bench:' || lpad((:debit)::text, 6, '0'), 'bench:' || lpad((:credit)::text, 6, '0'), :units);

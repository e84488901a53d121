-- One whole activation in seven statements: call stored, payment locked and moved, ledger row written,
-- term extended, reaction written down, call finished. For pgbench.
\set payment random(1, 200000)
\set salt random(1, 9000000000000000000)
BEGIN;
INSERT INTO bench_limit.inbox (digest, body)
VALUES (md5(:salt::text) || md5((:salt::bigint - 1)::text), convert_to(repeat('x', 313), 'UTF8'))
RETURNING id AS call \gset
SELECT member_id AS member, status FROM bench_limit.payment WHERE id = :payment FOR UPDATE \gset
UPDATE bench_limit.payment SET status = 'paid', paid_at = now() WHERE id = :payment;
INSERT INTO bench_limit.ledger (payment_id, member_id, days)
VALUES (:payment, :member, 30) ON CONFLICT DO NOTHING;
UPDATE bench_limit.member SET expires_at = greatest(expires_at, now()) + interval '30 days' WHERE id = :member;
INSERT INTO bench_limit.outbox (topic, payload) VALUES ('paid', jsonb_build_object('payment', :payment::int));
UPDATE bench_limit.inbox SET applied_at = now() WHERE id = :call;
COMMIT;

-- The tables of the physical limit: what an activation has to touch, and nothing else.
DROP SCHEMA IF EXISTS bench_limit CASCADE;
CREATE SCHEMA bench_limit;
CREATE TABLE bench_limit.member (id int PRIMARY KEY, expires_at timestamptz NOT NULL);
CREATE TABLE bench_limit.payment (
    id int PRIMARY KEY, member_id int NOT NULL, amount numeric(10, 2) NOT NULL,
    status text NOT NULL, paid_at timestamptz
);
CREATE TABLE bench_limit.inbox (
    id bigserial PRIMARY KEY, digest text NOT NULL UNIQUE, body bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(), applied_at timestamptz
);
CREATE TABLE bench_limit.ledger (
    payment_id int PRIMARY KEY, member_id int NOT NULL, days int NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE bench_limit.outbox (
    id bigserial PRIMARY KEY, topic text NOT NULL, payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(), delivered_at timestamptz
);
INSERT INTO bench_limit.member SELECT n, now() FROM generate_series(1, 10000) AS n;
INSERT INTO bench_limit.payment SELECT n, 1 + n % 10000, 199, 'pending' FROM generate_series(1, 200000) AS n;
VACUUM ANALYZE bench_limit.payment;

-- The seed's tables, as far as its webhook touches them.
DROP SCHEMA IF EXISTS bench_seed CASCADE;
CREATE SCHEMA bench_seed;
CREATE TABLE bench_seed.users (
    tg_id bigint PRIMARY KEY,
    sub_until timestamptz,
    referrer_id bigint,
    ref_bonus_given boolean NOT NULL DEFAULT false
);
CREATE TABLE bench_seed.payments (
    id bigserial PRIMARY KEY,
    tg_id bigint NOT NULL,
    invoice_id text NOT NULL UNIQUE,
    payment_guid text UNIQUE,
    payment_method text,
    days int NOT NULL,
    amount numeric(10, 2) NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The totals of what is settled. The unique index lets it be refreshed without locking its readers out.
CREATE MATERIALIZED VIEW mv_sum AS
SELECT client, operation_type, count(*) AS operations, sum(amount) AS amount
FROM operations WHERE settled GROUP BY client, operation_type;

CREATE UNIQUE INDEX mv_sum_key ON mv_sum (client, operation_type);

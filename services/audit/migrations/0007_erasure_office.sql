-- The office that approved; it stands in the log's own entry.
ALTER TABLE erasures ADD office text;

-- placeholder until its owner's branch arrives
SELECT 1;

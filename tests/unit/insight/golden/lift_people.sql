SELECT cell, count() AS people, toInt64(min(toUnixTimestamp64Milli(since))) AS first,
       sum(expected) AS x, sum(expected * expected) AS xx, sum(predicted) AS p, sum(predicted * predicted) AS pp,
       sum(expected * predicted) AS xp
FROM exposed WHERE load = {load:UInt64} AND since <= {until:DateTime64(3, 'UTC')} GROUP BY cell ORDER BY cell

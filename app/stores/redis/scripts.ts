/**
 * A session is a list of turns (JSON) and a set of their keys plus one empty key, so that an empty session can be cached
 * too. KEYS: turns, keys. Each script is one atomic step; both keys have the same hash tag and so the same slot.
 */

/** Most turns kept of a session: the largest history a client may ask for. */
const keptTurns = 1_000;

/**
 * ARGV: seconds to live, the turn's key, the turn. Returns 0 when the session is not cached completely: a Redis short of
 * memory evicts key by key, and turns without keys, or keys without turns, are only a part of the session.
 */
export const addTurnScript = `
  local known = redis.call('SCARD', KEYS[2])
  if known == 0 then return 0 end
  if known > 1 and redis.call('EXISTS', KEYS[1]) == 0 then
    redis.call('DEL', KEYS[2])
    return 0
  end
  if redis.call('SADD', KEYS[2], ARGV[2]) == 1 then
    redis.call('RPUSH', KEYS[1], ARGV[3])
    redis.call('LTRIM', KEYS[1], -${keptTurns}, -1)
  end
  redis.call('EXPIRE', KEYS[1], ARGV[1])
  redis.call('EXPIRE', KEYS[2], ARGV[1])
  return 1`;

/** ARGV: seconds to live, then key and turn of each turn. Other turns that are cached are appended. */
export const fillScript = `
  local cached = redis.call('LRANGE', KEYS[1], 0, -1)
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('SADD', KEYS[2], '')
  for i = 2, #ARGV, 2 do
    if redis.call('SADD', KEYS[2], ARGV[i]) == 1 then redis.call('RPUSH', KEYS[1], ARGV[i + 1]) end
  end
  for _, json in ipairs(cached) do
    local turn = cjson.decode(json)
    if redis.call('SADD', KEYS[2], turn.speaker .. ':' .. turn.id) == 1 then redis.call('RPUSH', KEYS[1], json) end
  end
  redis.call('LTRIM', KEYS[1], -${keptTurns}, -1)
  redis.call('EXPIRE', KEYS[1], ARGV[1])
  redis.call('EXPIRE', KEYS[2], ARGV[1])
  return 1`;

/**
 * A session is a list of turns (JSON) and a set of their keys and one empty key, which exists as long as the session
 * is cached, an empty one too. KEYS: turns, keys. Each script is one atomic step; both keys share a slot by their hash tag.
 */

/** Turns of one session that are kept at most; the largest history a client may ask for. */
const keptTurns = 1_000;

/**
 * ARGV: seconds to live, the turn's key, the turn. Answers 0 when the session is not cached, or no longer wholly: a
 * Redis short of memory evicts key by key, and turns without their keys, or keys without their turns, tell a part.
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

/** ARGV: seconds to live, then key and turn in turns. What is cached besides is kept behind. */
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

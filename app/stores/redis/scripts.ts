/**
 * A session is a list of turns (JSON) and a hash: the epoch and offset it reaches to, and how many turns are kept. KEYS:
 * turns, position. Each script is one atomic step; both keys have the same hash tag and so the same slot. A Redis short of
 * memory evicts key by key: one without the other is only a part of the session.
 */

/** Most turns kept of a session: the largest history a client may ask for. */
const keptTurns = 1_000;

/** Bytes of an epoch, which is a UUID. */
const mostEpochBytes = 100;

/** Bytes of the turns of one answer: more than `welcome` and a model's prompt hold. */
const mostBytes = 2 * 1024 * 1024;

/** `kept` is compared, so that a list that was evicted and begun anew does not pass for the whole. */
const cached = `
  local at = redis.call('HMGET', KEYS[2], 'epoch', 'offset', 'kept')
  local isWhole = at[1] and #at[1] <= ${mostEpochBytes} and redis.call('LLEN', KEYS[1]) == tonumber(at[3])`;

const restartTimeToLive = `
  redis.call('HSET', KEYS[2], 'kept', redis.call('LLEN', KEYS[1]))
  redis.call('EXPIRE', KEYS[1], ARGV[1])
  redis.call('EXPIRE', KEYS[2], ARGV[1])
  return 1`;

/**
 * ARGV: seconds to live, epoch, offset, the turn. Returns 0 when the session is not cached whole up to the offset before.
 */
export const addTurnScript = `${cached}
  local offset = tonumber(ARGV[3])
  if not isWhole or at[1] ~= ARGV[2] or tonumber(at[2]) < offset - 1 then return 0 end
  if tonumber(at[2]) < offset then
    redis.call('RPUSH', KEYS[1], ARGV[4])
    redis.call('LTRIM', KEYS[1], -${keptTurns}, -1)
    redis.call('HSET', KEYS[2], 'offset', ARGV[3])
  end${restartTimeToLive}`;

/** ARGV: seconds to live, epoch, offset, then the turns. Changes nothing when the cache has got further. */
export const fillScript = `${cached}
  if isWhole and at[1] == ARGV[2] and tonumber(at[2]) > tonumber(ARGV[3]) then return 0 end
  redis.call('DEL', KEYS[1], KEYS[2])
  for i = 4, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
  redis.call('LTRIM', KEYS[1], -${keptTurns}, -1)
  redis.call('HSET', KEYS[2], 'epoch', ARGV[2], 'offset', ARGV[3])${restartTimeToLive}`;

/**
 * Returns epoch, offset, 1 if there are more turns than the answer may hold, and the turns, the newest first; nothing when
 * the session is not cached whole.
 */
export const recentTurnsScript = `${cached}
  if not isWhole or tonumber(at[3]) > ${keptTurns} then return false end
  local turns, left = {}, ${mostBytes}
  for i = 1, tonumber(at[3]) do
    local turn = redis.call('LINDEX', KEYS[1], -i)
    left = left - #turn
    if left < 0 then return { at[1], at[2], 1, turns } end
    turns[i] = turn
  end
  return { at[1], at[2], 0, turns }`;

/**
 * The generic cell rate algorithm on the clock of Redis; `Pace` is the same in one process. The key holds when the next one
 * would come if they came evenly. ARGV, in microseconds: between two that come evenly, and how far ahead of that they may
 * come. Returns the milliseconds until it may be tried again; 0: it may go on, and is counted. A clock that was put back,
 * or a rate that was raised, lets nobody wait for longer than that.
 */
export const paceScript = `
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local every, ahead = tonumber(ARGV[1]), tonumber(ARGV[2])
  local next = tonumber(redis.call('GET', KEYS[1])) or now
  next = math.min(math.max(next, now), now + ahead) + every
  local wait = next - ahead - now
  if wait > 0 then return math.ceil(wait / 1000) end
  redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000))
  return 0`;

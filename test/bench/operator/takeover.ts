import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { until } from '../../servers/poll.ts';
import type { OperatorProcess } from '../../apiserver/operator/operator-process.ts';
import { startReady, type OwnAccount } from './process.ts';
import { requestsOf } from './requests.ts';

export interface TakenOver {
  readonly takeoverMs: number;
  /** What the one that took over wrote in its first pass over every stack. */
  readonly noopWrites: number;
  readonly next: OperatorProcess;
}

const minutes = 60_000;

/** Kills the leader while another waits, and counts what that one writes in its first pass over every stack. */
export async function takeOver(
  { server, account }: { readonly server: ApiServer; readonly account: OwnAccount },
  operator: OperatorProcess,
): Promise<TakenOver> {
  const next = await startReady(account, 'second');
  const before = await requestsOf(server);
  await operator.kill();
  const killedAt = performance.now();
  await until('the second to lead', next.leads, minutes);
  const takeoverMs = Math.round(performance.now() - killedAt);
  await quiet(server);
  return { takeoverMs, next, noopWrites: (await requestsOf(server)).writes - before.writes };
}

/** Until the API server has answered nothing for three seconds, besides this question. */
async function quiet(server: ApiServer): Promise<void> {
  let [last, since] = [0, performance.now()];
  await until(
    'the first pass to end',
    async () => {
      const { all } = await requestsOf(server);
      if (all > last + 1) since = performance.now();
      last = all;
      return performance.now() - since > 3_000;
    },
    10 * minutes,
  );
}

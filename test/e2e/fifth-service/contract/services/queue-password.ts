import { CheckFailed, type Reach, type ReachAnswer } from '../../../../../model/reach.ts';
import type { RotateService } from '../../../../../model/stack-kind.ts';
import { queueName, queueUser } from './queue.ts';

/**
 * Changes the password RabbitMQ keeps in its volume. Does nothing when RabbitMQ knows the new one already.
 * @throws CheckFailed when RabbitMQ takes neither password (final), or does not take the change.
 */
export const changeQueuePassword: RotateService = async (reach, { from, to }) => {
  if (await isPassword(reach, to)) return;
  if (!(await isPassword(reach, from)))
    throw new CheckFailed(
      'RabbitMQ takes neither the password of the live Secret nor the new one: it was changed by hand. Set it back, then run again.',
      { final: true },
    );
  const { status } = await asked(reach, from, {
    method: 'PUT',
    path: `/api/users/${queueUser}`,
    body: JSON.stringify({ password: to, tags: 'administrator' }),
  });
  if (status >= 300) throw new CheckFailed(`RabbitMQ answered ${status} when told its new password.`);
};

const isPassword = async (reach: Reach, password: string): Promise<boolean> =>
  (await asked(reach, password, { path: '/api/whoami' })).status === 200;

function asked(
  reach: Reach,
  password: string,
  request: { readonly path: string; readonly method?: string; readonly body?: string },
): Promise<ReachAnswer> {
  const headers = {
    authorization: `Basic ${btoa(`${queueUser}:${password}`)}`,
    'content-type': 'application/json',
  };
  return reach.http({ service: queueName, port: 'management' }, { ...request, headers, timeoutMs: 10_000 });
}
